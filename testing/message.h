/* SPDX-License-Identifier: MIT */
/* The text of a failed assertion. */
#ifndef TESTING_MESSAGE_H
#define TESTING_MESSAGE_H

#include <phaselock/assert.h>

#define MESSAGE_SIZE 32768

struct nearest;

/*
 * Writes the summary of a report, then each request with its count and its call stack, by name and
 * line where they can be had. The names in the report's specification are quoted. nearest is of an
 * assertion of a violation; advice is of each request, or NULL.
 */
void message_write(char text[MESSAGE_SIZE], const struct phaselock_check_report *report,
		   const struct nearest *nearest, const struct phaselock_violation *requests,
		   const struct phaselock_advice *advice, size_t count);

#endif
