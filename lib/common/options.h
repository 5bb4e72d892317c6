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
#define PL_OPTIONS_PATH_MOST 1023 /* bytes of a path */
#define PL_OPTIONS_PATH_SIZE (PL_OPTIONS_PATH_MOST + 1)
#define PL_OPTIONS_HOT_SIZE 384 /* of all patterns together, each with its end */
#define PL_OPTIONS_HOT_MAX 32	/* patterns: a bit each */

/* The defaults, which also hold before anything is read. */
#define PL_OPTIONS_REPORTS 20
#define PL_OPTIONS_FRAMES 16

struct pl_options {
	enum phaselock_verdict policy;
	bool abort_by_trap;
	bool forbid_free;
	bool lock_at_main;
	bool lock_never_given; /* lock=never was given, and is not just the default */
	bool have_lock_after;
	uint64_t lock_after_ms;
	int lock_signal;			 /* 0: none */
	int unlock_signal;			 /* 0: none */
	char report[PL_OPTIONS_PATH_SIZE];	 /* "": stderr; %p is the process id */
	char suppressions[PL_OPTIONS_PATH_SIZE]; /* "": none */
	char symbolize[PL_OPTIONS_PATH_SIZE];	 /* "": not given; "0", "1", or a path */
	char hot[PL_OPTIONS_HOT_SIZE];		 /* read it by pl_options_hot() */
	unsigned max_reports;
	unsigned frames;
	bool stats;
	bool stages;
	bool follow_children;
	bool help;
	bool environment_shut_out; /* environment=0 */
	uint32_t fixed;		   /* a bit for each key that the program set, or tried to */
};

/* Returns the defaults. */
struct pl_options pl_options_default(void);

/*
 * Reads "key=value:key=value"; later parts win, but each hot= adds a pattern; empty parts are
 * ignored. Each fault adds one line to errors, which names the key, the value, what is wanted and
 * what may have been meant, and leaves its key as it was. Returns how many faults there were. To
 * set a key that the program has set is a fault; with environment=0 the whole text is one.
 */
unsigned pl_options_parse(const char *text, struct pl_options *options, struct pl_text *errors);

/* Reads likewise what phaselock_default_options() has returned. Call it before the other. */
unsigned pl_options_parse_program(const char *text, struct pl_options *options,
				  struct pl_text *errors);

/* Returns what a key may be, in words of ours: "abort|allow|deny". */
const char *pl_options_values(const char *key);

/* Returns a pattern of hot=, counted from 0, or NULL behind the last. Signals: safe. */
const char *pl_options_hot(const struct pl_options *options, unsigned number);

/* Appends one line for each key: its values, default and meaning. */
void pl_options_help(struct pl_text *text);

#endif
