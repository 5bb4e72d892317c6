/* SPDX-License-Identifier: MIT */
/* Names of threads, as reports show them. */
#ifndef PL_NAMES_H
#define PL_NAMES_H

#include "common/base.h"

#define PL_NAME_SIZE 16

/* Keeps the name of the process; may_ask: threads may be asked for theirs. From the constructor. */
void pl_names_start(bool may_ask);

/*
 * Writes the name of the calling thread, terminated. Where threads may not be asked, it is the name
 * of the process. Any thread, signal handlers too.
 */
void pl_names_get(char name[PL_NAME_SIZE]);

/*
 * The same for a debugger, whom nobody has called yet: the name that the thread of this id had when
 * it was asked for last, or else its name.
 */
void pl_names_recall(uint64_t thread_id, char name[PL_NAME_SIZE]);

#endif
