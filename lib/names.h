/* SPDX-License-Identifier: MIT */
/* Names of threads, as reports have them. */
#ifndef PL_NAMES_H
#define PL_NAMES_H

#include "base.h"

#define PL_NAME_SIZE 16

/*
 * Takes the name of the process, and settles whether threads are asked for theirs later: if they
 * may be whatever happens, or if no module of the process could install a filter. From the
 * constructor.
 */
void pl_names_start(bool may_ask);

/*
 * Writes the name of the calling thread, terminated, or that of the process where threads are not
 * asked. Any thread, signal handlers too.
 */
void pl_names_get(char name[PL_NAME_SIZE]);

#endif
