/* SPDX-License-Identifier: MIT */
/* Names and lines for a text with call stacks. */
#ifndef TESTING_NAMES_H
#define TESTING_NAMES_H

#include <stddef.h>

/*
 * Replaces the text by the output of `phaselock symbolize`, cut to size - 1 bytes. Leaves the text
 * as it is if there is no such command or it fails. Starts a process and waits for it.
 */
void names_add(char *text, size_t size);

#endif
