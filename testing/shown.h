/* SPDX-License-Identifier: MIT */
/* What is shown of a request: its call stack up to the function of the test. */
#ifndef TESTING_SHOWN_H
#define TESTING_SHOWN_H

#include "text.h"

#include <phaselock/phaselock.h>

/*
 * As phaselock_describe(), without the frames of the framework and of libc that called the test,
 * if any is left then. From inside a watcher, too.
 */
size_t shown_describe(const struct phaselock_violation *request, char *text, size_t size);

/* Appends a line with what to do instead. */
void shown_append_advice(struct text *text, const struct phaselock_advice *advice);

#endif
