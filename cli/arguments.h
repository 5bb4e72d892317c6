/* SPDX-License-Identifier: MIT */
/*
 * The command line of `phaselock run` and `phaselock record`.
 */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "common/options.h"

#define ARGUMENTS_FRAMES 64 /* of a call stack that a profile keeps, if nothing else is said */
#define ARGUMENTS_FRAMES_MAX 128

struct arguments {
	bool records; /* each request: `phaselock record` */
	bool help;
	uint64_t profile_frames;   /* 0: no profile */
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

/*
 * Reads the command line of a verb; arguments->records says which. Returns false after it has said
 * what is wrong.
 */
bool arguments_read(int count, char **words, struct arguments *arguments);

void arguments_print_usage(const struct arguments *arguments);

#endif
