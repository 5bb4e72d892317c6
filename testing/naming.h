/* SPDX-License-Identifier: MIT */
/* What an assertion is called. */
#ifndef TESTING_NAMING_H
#define TESTING_NAMING_H

#include <phaselock/assert.h>

#define NAME_SIZE 256 /* of an assertion's name, which is cut there */

/*
 * Gives the specification a name that lives as long as it does: a copy of its own, or else what it
 * asserts, in words.
 */
void naming_keep(struct phaselock_check_spec *spec, char name[NAME_SIZE]);

#endif
