/* SPDX-License-Identifier: MIT */
/* Which requests are the test framework's own. */
#ifndef TESTING_FRAMEWORK_H
#define TESTING_FRAMEWORK_H

#include <phaselock/watch.h>

/* How many frames a watcher asks for: by its call stack the framework is known. */
#define FRAMES 16

/* Whether the framework made this request for itself. From inside a watcher. */
bool framework_made(const struct phaselock_event *event);

#endif
