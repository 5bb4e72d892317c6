/* SPDX-License-Identifier: MIT */
/*
 * What a double of lib/reaction/violation.c needs besides its pl_violation(). Include it in one
 * file of a program.
 */
#ifndef TEST_VIOLATION_DOUBLE_H
#define TEST_VIOLATION_DOUBLE_H

#include "reaction/violation.h"

#include <stdlib.h>

/* The answer of pl_violation_ending(). */
static bool violation_is_ending;

_Noreturn void pl_violation_end(void)
{
	abort();
}

bool pl_violation_ending(void)
{
	return violation_is_ending;
}

#endif
