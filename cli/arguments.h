/* SPDX-License-Identifier: MIT */
/*
 * The command line of `phaselock run`.
 */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "common/options.h"

struct arguments {
	bool help;
	const char *library;	   /* or NULL */
	const char *allocator;	   /* or NULL: "jemalloc", "system" */
	bool quiet;		   /* the verdict alone */
	bool force;		   /* the file of output may be there */
	bool live;		   /* violations are reported as they happen */
	const char *output;	   /* file for the record, or NULL */
	const char *debug_path;	   /* or NULL */
	bool debuginfod;	   /* its servers may be asked */
	char *options_text;	   /* for the library: of environment and command line */
	struct pl_options options; /* the same, read */
	char **program;		   /* its name and its arguments, ended by NULL */
};

/* Reads the command line. Returns false after it has said what is wrong. */
bool arguments_read(int count, char **words, struct arguments *arguments);

void arguments_print_usage(void);

#endif
