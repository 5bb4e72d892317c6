/* SPDX-License-Identifier: MIT */
/* The name of an assertion. */
#ifndef TESTING_NAMING_H
#define TESTING_NAMING_H

#include <phaselock/assert.h>

#define NAME_SIZE 256 /* longer names of assertions are cut */

/*
 * Points spec->name at `name`, and writes there a copy of the given name or, if there is none, the
 * specification in words.
 */
void naming_keep(struct phaselock_check_spec *spec, char name[NAME_SIZE]);

#endif
