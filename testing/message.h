/* SPDX-License-Identifier: MIT */
/* The text of a failed assertion. */
#ifndef TESTING_MESSAGE_H
#define TESTING_MESSAGE_H

#include <phaselock/assert.h>

#define MESSAGE_SIZE 32768

struct nearest;

/*
 * Writes the summary of a report, then each request with its count and its call stack, with names
 * and lines where they are known. The names in the report's specification must be quoted already.
 * `nearest` is for an assertion of a violation; `advice` has an entry for each request, or is NULL.
 */
void message_write(char text[MESSAGE_SIZE], const struct phaselock_check_report *report,
		   const struct nearest *nearest, const struct phaselock_violation *requests,
		   const struct phaselock_advice *advice, size_t count);

#endif
