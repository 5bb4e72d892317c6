/* SPDX-License-Identifier: MIT */
/*
 * The program to run: where it is, and whether it can be guarded.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include "common/base.h"

#include <limits.h>

struct program {
	char path[PATH_MAX];   /* the file to execute */
	char loaded[PATH_MAX]; /* what the kernel loads in the end: for a script its interpreter */
	char **words;	       /* its arguments, ended by NULL; [0] is its name */
};

/*
 * Finds the program that words[0] names, in PATH as execvp(3) does if there is no slash in it, and
 * inspects it; for a script, also what interprets it. Returns 0, or says what is wrong and returns
 * the status to end with.
 */
int program_find(char **words, struct program *program);

#endif
