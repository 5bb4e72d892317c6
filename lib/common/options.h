/* SPDX-License-Identifier: MIT */
/*
 * The options of the program and of PHASELOCK_OPTIONS as a structure. Pure functions: the library
 * and the command read options the same way.
 */
#ifndef PL_OPTIONS_H
#define PL_OPTIONS_H

#include "common/base.h"
#include "common/format.h"

#include <phaselock/phaselock.h>

#define PL_OPTIONS_VARIABLE "PHASELOCK_OPTIONS"
#define PL_OPTIONS_FUNCTION "phaselock_default_options()"
#define PL_OPTIONS_PATH_SIZE 1024

/* What holds when nothing is said, and before anything is read. */
#define PL_OPTIONS_REPORTS 20
#define PL_OPTIONS_FRAMES 16

struct pl_options {
	enum phaselock_verdict policy;
	bool abort_by_trap;
	bool forbid_free;
	bool lock_at_main;
	bool lock_never_given; /* lock=never was said, not only meant */
	bool have_lock_after;
	uint64_t lock_after_ms;
	int lock_signal;			 /* 0: none */
	int unlock_signal;			 /* 0: none */
	char report[PL_OPTIONS_PATH_SIZE];	 /* "": stderr; %p is the process id */
	char suppressions[PL_OPTIONS_PATH_SIZE]; /* "": none */
	char symbolize[PL_OPTIONS_PATH_SIZE];	 /* "": nothing was said; "0", "1", or a path */
	unsigned max_reports;
	unsigned frames;
	bool stats;
	bool stages;
	bool follow_children;
	bool help;
	bool environment_shut_out; /* environment=0 */
	uint32_t fixed;		   /* a bit for each key that the program has set, or meant to */
};

/* Returns what holds when nothing is said. */
struct pl_options pl_options_default(void);

/*
 * Reads "key=value:key=value"; what comes later wins, empty parts are nothing. Each fault is one
 * line in errors, naming the key and the value, and leaves its key as it was. Returns how many
 * faults there were; a key that the program has set is one, and with environment=0 the whole text.
 */
unsigned pl_options_parse(const char *text, struct pl_options *options, struct pl_text *errors);

/* Likewise what phaselock_default_options() has returned. Before the other. */
unsigned pl_options_parse_program(const char *text, struct pl_options *options,
				  struct pl_text *errors);

/* Appends one line for each key: its values, default and meaning. */
void pl_options_help(struct pl_text *text);

#endif
