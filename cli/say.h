/* SPDX-License-Identifier: MIT */
/*
 * How `phaselock run` speaks: on stderr, so that the program's own output stays as it is, each line
 * with its name.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "base.h"

/* Writes one line; the format brings no newline. */
void say(const char *format, ...) PL_PRINTF(1, 2);

#endif
