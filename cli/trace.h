/* SPDX-License-Identifier: MIT */
/* What the files of `phaselock trace` share. */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include "common/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

/* A function to be traced. */
struct trace_function {
	const char *file;
	char *name;  /* in its symbol table */
	char *shown; /* demangled, without the word hookpoint */
	uint64_t address;
};

/* Where to attach. */
struct trace_targets {
	char **files; /* real paths that a script can hold */
	size_t file_count;
	struct trace_function *functions;
	size_t function_count;
	const char **libraries; /* files with phaselock's probes */
	size_t library_count;
	const char *allocator; /* the file whose malloc the program calls, or NULL */
	char comm[16];	       /* processes of this name alone; "": of any */
	const pid_t *pids;     /* these processes alone; 0 of them: any */
	size_t pid_count;
};

/* ---- trace_targets.c ------------------------------------------------------------------------- */

/*
 * Adds a file. Returns false after it has said why it cannot be traced, unless it is_optional. The
 * second adds the files that a process has mapped as code.
 */
bool trace_add_file(struct trace_targets *targets, const char *path, bool is_optional);
void trace_add_process(struct trace_targets *targets, pid_t pid);

/* Finds the process and its descendants, as far as there is room. Returns how many. */
#define TRACE_PROCESSES 64
size_t trace_processes(pid_t pid, pid_t pids[TRACE_PROCESSES]);

/*
 * Finds the functions that match the pattern, mangled or not (NULL: none), the files with probes,
 * and the allocator.
 */
void trace_find(struct trace_targets *targets, const char *pattern);

/* ---- trace_script.c -------------------------------------------------------------------------- */

/* Returns the script of that name, filled in, to be freed; NULL after it has said what is wrong. */
char *trace_script(const char *name, const struct trace_targets *targets);

/* ---- trace_bpftrace.c ------------------------------------------------------------------------ */

struct trace_output;

struct tracer {
	pid_t pid;
	FILE *printed;
	FILE *errors;  /* a file that it writes to */
	uint64_t tick; /* the last one that came, by its clock */
	int clock;     /* which one that is */
	struct trace_output *output;
};

/*
 * Starts bpftrace with a script, and waits until its probes are attached. Returns false after it
 * has said why they are not.
 */
bool tracer_start(struct tracer *tracer, const char *script);

/* Takes what came up to the next tick, of which there are ten a second. False: bpftrace ended. */
bool tracer_take(struct tracer *tracer);

/* Takes all that has come, ends bpftrace, and prints. Returns whether nothing was lost. */
bool tracer_end(struct tracer *tracer);

/* The next number of a line that a script printed, which ends with one blank. */
static inline uint64_t trace_number(const char **at, int base)
{
	char *end;
	uint64_t number = strtoull(*at, &end, base);

	*at = *end == ' ' ? end + 1 : end;
	return number;
}

/* ---- trace_print.c --------------------------------------------------------------------------- */

struct trace_output *trace_output_new(const char *name, const struct trace_targets *targets);

/* Takes a line of bpftrace's JSON. Returns the time of the tick that it is, or 0. */
uint64_t trace_output_take(struct trace_output *output, const char *line);

/* Prints what came. Returns how many events bpftrace has lost. */
uint64_t trace_output_print(struct trace_output *output, FILE *out);

/* The printer of requests' ways, in trace_chain.c: takes a printed line; prints all at the end. */
struct trace_chain;
struct trace_chain *trace_chain_new(const struct trace_targets *targets);
void trace_chain_take(struct trace_chain *chain, const char *line);
void trace_chain_print(struct trace_chain *chain, FILE *out);

#endif
