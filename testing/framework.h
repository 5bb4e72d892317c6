/* SPDX-License-Identifier: MIT */
/* Which requests are the test framework's own. */
#ifndef TESTING_FRAMEWORK_H
#define TESTING_FRAMEWORK_H

#include <phaselock/watch.h>

/* Whether the framework made this request for itself. From inside a watcher. */
bool framework_made(const struct phaselock_event *event);

#endif
