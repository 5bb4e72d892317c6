/* SPDX-License-Identifier: MIT */
/*
 * The program that gives the frames of a report their names and lines before the process ends: the
 * `phaselock` command, as symbolize= says.
 */
#ifndef PL_SYMBOLIZER_H
#define PL_SYMBOLIZER_H

#include "common/base.h"

#define PL_SYMBOLIZER_WAIT_MS 10000
#define PL_SYMBOLIZER_TEXT_MAX 65536 /* what a pipe holds */

/*
 * choice is the value of symbolize=. "1" looks for `phaselock` in PATH, in whole paths only; a path
 * is that of the program to run. Returns false if there is no such program: it then stays off. From
 * the constructor.
 */
bool pl_symbolizer_start(const char *choice);

/* No program is run from now on. While the process has one thread. */
void pl_symbolizer_stop(void);

/* Returns whether there is a program to run. Any thread, signal handlers too. */
bool pl_symbolizer_is_on(void);

/*
 * Returns the named form of a text, to be given back by pl_os_unmap(), and its size: all of it or,
 * if the program is not the one of the start any more, fails, takes longer than
 * PL_SYMBOLIZER_WAIT_MS or drops the last line, NULL. Any thread, signal handlers too; no heap
 * request, no lock. Needs 2 KiB of stack.
 */
char *pl_symbolizer_name(const char *text, size_t length, size_t *size);

#endif
