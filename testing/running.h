/* SPDX-License-Identifier: MIT */
/* Which test runs, and on which thread. */
#ifndef TESTING_RUNNING_H
#define TESTING_RUNNING_H

#include <stdbool.h>

/* A test begins on this thread. The caller keeps the name alive. */
void running_begin(const char *name);

/* The test ends. Returns whether there was one. */
bool running_end(void);

/* Returns whether a test runs. */
bool running_is_open(void);

/* Returns whether a test runs, and on another thread than this. */
bool running_elsewhere(void);

#endif
