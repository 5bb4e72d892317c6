/* SPDX-License-Identifier: MIT */
/* The request that an assertion of a violation or of an abort wants. */
#ifndef TESTING_WANTED_H
#define TESTING_WANTED_H

#include <phaselock/assert.h>
#include <phaselock/watch.h>

struct text;

/* How a request differs from the wanted one: a set of these. */
enum difference {
	DIFFERENT_FUNCTION = 1,
	DIFFERENT_SIZE = 2,
	DIFFERENT_SITE = 4,
	NOT_FORBIDDEN = 8, /* neither the lock nor a scope forbids it */
};

/* Returns the differences; 0: this is the wanted request. Safe inside a watcher. */
unsigned wanted_compare(const struct phaselock_check_spec *spec,
			const struct phaselock_event *event);

/* Appends the differences in words. */
void wanted_append(struct text *text, unsigned differences);

#endif
