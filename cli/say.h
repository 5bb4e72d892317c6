/* SPDX-License-Identifier: MIT */
/*
 * How the command speaks: on stderr, so that the program's own output stays as it is, each line
 * with its name. A message is one line, whatever names are in it.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "common/base.h"

#include <stdarg.h>

/*
 * From now on say() speaks for that verb, whose name must live for ever; until then it speaks for
 * `phaselock run`.
 */
void say_for(const char *verb);

/* Writes one line; the format brings no newline. */
void say(const char *format, ...) PL_PRINTF(1, 2);

/* How many lines of 80 columns a message takes, and how many have been said. */
size_t say_lines_of(const char *message);
size_t say_lines(void);

/* The same for any verb. */
void say_as(const char *verb, const char *format, va_list arguments);

#endif
