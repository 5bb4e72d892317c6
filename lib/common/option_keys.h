/* SPDX-License-Identifier: MIT */
/*
 * The options as a structure, and the keys that write it. For options.c; others include options.h.
 */
#ifndef PL_OPTION_KEYS_H
#define PL_OPTION_KEYS_H

#include "common/base.h"

#include <string.h>

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

/* A part of a text; not terminated. */
struct pl_value {
	const char *start;
	size_t length;
};

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
	/* Of a path, in the text that was read: for the constructor. Empty if there is none. */
	struct pl_value profile;
	unsigned max_reports;
	unsigned frames;
	bool stats;
	bool stages;
	bool follow_children;
	bool help;
	bool environment_shut_out; /* environment=0 */
	uint32_t fixed;		   /* a bit for each key that the program set, or tried to */
};

/* Returns a pattern of hot=, counted from 0, or NULL behind the last. Signals: safe. */
const char *pl_options_hot(const struct pl_options *options, unsigned number);

PL_INLINE bool pl_value_is(struct pl_value value, const char *word)
{
	return strlen(word) == value.length && memcmp(value.start, word, value.length) == 0;
}

struct pl_option_key {
	const char *key;
	bool (*set)(struct pl_value value,
		    struct pl_options *options); /* false: not a value of this key */
	const char *values;
	const char *meaning;
};

extern const struct pl_option_key pl_option_keys[];
extern const size_t pl_option_key_count;

/* Returns whether only the program itself may set a key. */
bool pl_option_key_is_for_program(size_t key);

#endif
