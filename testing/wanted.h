/* SPDX-License-Identifier: MIT */
/* Which request an assertion of a violation, or of an abort, is about. */
#ifndef TESTING_WANTED_H
#define TESTING_WANTED_H

#include <phaselock/assert.h>
#include <phaselock/watch.h>

/* Whether a request is against the lock or a scope, and as the assertion says. In a watcher. */
bool is_wanted(const struct phaselock_check_spec *spec, const struct phaselock_event *event);

#endif
