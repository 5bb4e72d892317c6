/* SPDX-License-Identifier: MIT */
/* Death tests: assertions that a violation ends the block's process. */
#ifndef TESTING_DEATH_H
#define TESTING_DEATH_H

#include <phaselock/assert.h>
#include <phaselock/watch.h>

/*
 * Returns true in a child, which must run the block. In the parent it waits for the child, reports
 * the result of the assertion, and returns false, unless a callback does not return.
 */
bool death_begin(const struct phaselock_check_spec *spec);

/* The watcher of the child; its context is the specification. */
enum phaselock_answer death_see(const struct phaselock_event *event, void *context);

/* The last step before the block: from now on a request ends the child. */
void death_forbid(void);

#endif
