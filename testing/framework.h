/* SPDX-License-Identifier: MIT */
/* Which requests are the test framework's own, and which functions. */
#ifndef TESTING_FRAMEWORK_H
#define TESTING_FRAMEWORK_H

#include "frames.h"

#include <phaselock/watch.h>

/* How many frames a watcher needs to recognize the framework by its call stack. */
#define FRAMES 16

/* Returns whether the framework made this request for itself. Safe inside a watcher. */
bool framework_made(const struct phaselock_event *event);

/* Whether a frame is of the framework. */
bool framework_has(const struct frame *frame);

#endif
