/* SPDX-License-Identifier: MIT */
/*
 * All that the library says, and the one place it goes to: stderr, or the file of report=, or the
 * pipe of `phaselock run`. For
 * every function: any thread, signal handlers too; no heap request, no stdio, no lock.
 */
#ifndef PL_REPORT_H
#define PL_REPORT_H

#include "base.h"

#include <phaselock/phaselock.h>

/*
 * report_path: "" for stderr, %p is the process id; it is copied. Blocks and table lines beyond
 * max_reports are not written.
 */
void pl_report_configure(const char *report_path, unsigned most);

/*
 * Sends all texts through the pipe at that path, which is not copied, as lib/channel.h says; the
 * file and stderr are then for what it does not take. Nothing if it cannot be opened. From the
 * constructor.
 */
void pl_report_use_pipe(const char *pipe_path);

/* Tries the file. Returns false if it cannot be opened; reports then go to stderr. */
bool pl_report_usable(void);

/* What pl_report_violation() has to add to the violation itself. */
struct pl_report_context {
	enum phaselock_verdict verdict;
	bool by_handler; /* the verdict */
	bool nested;	 /* the violation was made inside the handler */
	bool undeniable; /* the verdict was to deny, and the request had been served already */
	const void *forbidden_by; /* who began the forbid scope, or NULL */
};

/*
 * Writes the block of a violation, in one piece unless its names are very long, if the process ends
 * by it, or if its site is new and the limit is not reached. Needs about 7 KiB of stack.
 */
void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context);

/* Writes the distinct violations by falling count, if there were any. */
void pl_report_sites(void);

/* Writes that the requests of a module are not seen. */
void pl_report_unseen(const struct phaselock_unseen *unseen);

void pl_report_stats(const struct phaselock_stats *stats);

/*
 * Writes "phaselock: " and the message, a sentence about a fault of the caller or of the
 * environment.
 */
void pl_report_message(const char *message);

/* Writes lines that are complete as they are. */
void pl_report_lines(const char *lines);

#endif
