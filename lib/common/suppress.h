/* SPDX-License-Identifier: MIT */
/*
 * The file of suppressions=: third-party code that is known to make requests. A line is
 * `function:PATTERN`, `module:PATTERN` or `stack:PATTERN`, with a pattern as in glob.h. Empty lines
 * and lines that begin with # are ignored. The library and the command read it the same way.
 *
 * The origin of a request is its frames from the innermost to the first that lies outside the
 * run-time libraries of C and C++, which is one of them. function: matches the name of a function
 * of the origin. module: matches the file name of a module of the origin, or its whole path if the
 * pattern has a slash. stack: matches the function's name, the file name or the path of any frame.
 */
#ifndef PL_SUPPRESS_H
#define PL_SUPPRESS_H

#include "common/base.h"
#include "common/format.h"

#define PL_SUPPRESS_PATTERNS_MAX 256
#define PL_SUPPRESS_FILE_MAX 32768 /* bytes */
#define PL_SUPPRESS_LINE_MAX 512   /* bytes, without the blanks around it */

enum pl_suppress_kind { PL_SUPPRESS_FUNCTION, PL_SUPPRESS_MODULE, PL_SUPPRESS_STACK };

struct pl_suppress_pattern {
	enum pl_suppress_kind kind;
	const char *glob;
	unsigned line; /* of the file, from 1 */
};

/*
 * Replaces all patterns by those of a text; file is its name in messages, and must live on. Each
 * fault adds one line to errors, and its line of the text is left out. Returns how many faults
 * there were. From the constructor, or before there are threads.
 */
unsigned pl_suppress_parse(const char *text, size_t length, const char *file,
			   struct pl_text *errors);

/* The same for the file at path; it is a fault too if it cannot be read. */
unsigned pl_suppress_read(const char *path, struct pl_text *errors);

/* Makes the patterns read-only for good, even if there are none. From the constructor. */
void pl_suppress_freeze(void);

/* Returns the pattern of that number, or NULL past the last. Any thread, signal handlers too. */
const struct pl_suppress_pattern *pl_suppress_pattern(unsigned number);

/*
 * Returns the number of the first pattern that matches a request with these return addresses,
 * innermost first, or -1. Time: that of finding the frames' names and of matching each with each
 * pattern. Any thread, signal handlers too; no lock, no heap request; needs about 4 KiB of stack.
 */
int pl_suppress_match(const void *const *frames, unsigned count);

/* Counts a request that was suppressed by a pattern. Any thread, signal handlers too. */
void pl_suppress_count(int pattern);

/*
 * Appends the line that tells at exit what came of a pattern: how many requests it suppressed or,
 * if unmatched is set, that it matched nothing. Appends nothing if there is nothing to tell.
 */
void pl_suppress_tell(unsigned number, bool unmatched, struct pl_text *text);

#endif
