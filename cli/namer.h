/* SPDX-License-Identifier: MIT */
/*
 * Names and lines, from a process that may crash, hang or lie: whatever it does, an answer comes in
 * bounded time, if need be one that says nothing. It must not know what debug information is.
 */
#ifndef CLI_NAMER_H
#define CLI_NAMER_H

#include "question.h"

struct namer;

/*
 * How much time may be lost: an answer is awaited for 4 s, and once 8 s are lost in all, nothing is
 * asked any more. Both are 15 times as long if servers may be asked.
 */
struct namer_options {
	const char *debug_path; /* folders of separate debug files, or NULL; as for symbols_new() */
	bool debuginfod;	/* its servers may be asked */
	bool patient;		/* only what never comes is lost time, not what comes late */
	PL_PRINTF(1, 2) void (*complain)(const char *format, ...); /* a line to the user */
	/*
	 * While an answer is awaited: a descriptor to watch, or -1, and what to do if it is
	 * readable. NULL: there is nothing else to do.
	 */
	int (*watched)(void);
	void (*meanwhile)(void);
};

/* What it points to stays the caller's, and must live as long as the namer. NULL if memory ends. */
struct namer *namer_new(const struct namer_options *options);

void namer_free(struct namer *namer);

/* The answer is valid until the next question, and never NULL. */
const struct answer *namer_ask(struct namer *namer, const struct question *question);

#endif
