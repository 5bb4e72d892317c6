/* SPDX-License-Identifier: MIT */
/* Which request an assertion of a violation, or of an abort, is about. */
#ifndef TESTING_WANTED_H
#define TESTING_WANTED_H

#include <phaselock/assert.h>
#include <phaselock/watch.h>

struct text;

/* In what a request differs from the one that an assertion is about: a set of these. */
enum difference {
	DIFFERENT_FUNCTION = 1,
	DIFFERENT_SIZE = 2,
	DIFFERENT_SITE = 4,
	NOT_FORBIDDEN = 8, /* neither the lock nor a scope is against it */
};

/* Returns the differences; 0: it is the one. In a watcher. */
unsigned wanted_compare(const struct phaselock_check_spec *spec,
			const struct phaselock_event *event);

/* Appends them in words. */
void wanted_append(struct text *text, unsigned differences);

#endif
