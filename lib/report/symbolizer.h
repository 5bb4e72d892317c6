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
 * choice is the value of symbolize=: "1" looks for `phaselock` in the absolute paths of PATH; a
 * path names the program to run. Returns false if there is no such program: the symbolizer then
 * stays off. From the constructor.
 */
bool pl_symbolizer_start(const char *choice);

/* Runs no program from now on. While the process has one thread. */
void pl_symbolizer_stop(void);

/* Returns whether there is a program to run. Any thread, signal handlers too. */
bool pl_symbolizer_is_on(void);

/*
 * Returns the whole text with names, and its size; pl_os_unmap() gives it back. Returns NULL if the
 * program is no longer the one of the start, fails, takes longer than PL_SYMBOLIZER_WAIT_MS or
 * drops the last line. Any thread, signal handlers too; no heap request, no lock. Needs 2 KiB of
 * stack.
 */
char *pl_symbolizer_name(const char *text, size_t length, size_t *size);

#endif
