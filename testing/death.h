/* SPDX-License-Identifier: MIT */
/* Assertions that a block ends its process by a violation. */
#ifndef TESTING_DEATH_H
#define TESTING_DEATH_H

#include <phaselock/assert.h>
#include <phaselock/watch.h>

/*
 * Returns true in a child, which is to run the block. In the parent it waits for the child, tells
 * what the assertion came to, and returns false, if the callbacks return.
 */
bool death_begin(const struct phaselock_check_spec *spec);

/* The watcher of the child; its context is the specification. */
enum phaselock_answer death_see(const struct phaselock_event *event, void *context);

/* The last step before the block: from here on a request ends the child. */
void death_forbid(void);

#endif
