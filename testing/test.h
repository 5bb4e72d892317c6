/* SPDX-License-Identifier: MIT */
/* The frame around one test, as the assertions see it. */
#ifndef TESTING_TEST_H
#define TESTING_TEST_H

#include <stdbool.h>

/* Whether a test is open, and this thread is not the one that runs it. */
bool test_runs_elsewhere(void);

#endif
