/* SPDX-License-Identifier: MIT */
/* The first site of a failure, in the one line that many a runner shows. */
#ifndef TESTING_FIRST_H
#define TESTING_FIRST_H

#include <stddef.h>

/*
 * Adds names and lines to a text with call stacks, as names_add(), and to its first line where the
 * first of these is, with its advice: " (first: malloc(16) in strdup < read_name < read_one;
 * advice: ...)". Nothing is added to that line if there is no stack. Starts a process and waits.
 */
void first_tell(char *text, size_t size);

#endif
