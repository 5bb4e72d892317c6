/* SPDX-License-Identifier: MIT */
/*
 * What the library says of violations and of faults. For every function: any thread, signal
 * handlers too; no heap request, no stdio, no lock.
 */
#ifndef PL_REPORT_H
#define PL_REPORT_H

#include "common/base.h"
#include "common/format.h"
#include "report/history.h"
#include "stack/unwind.h"

#include <phaselock/phaselock.h>

/* Sets how many blocks are written at most. From the constructor. */
void pl_report_configure(unsigned most);

/* What pl_report_violation() has to add to the violation itself. */
struct pl_report_context {
	enum phaselock_verdict verdict;
	bool by_handler;	  /* the verdict is the handler's */
	bool nested;		  /* the violation was made inside the handler */
	bool undeniable;	  /* the verdict was to deny, but the request was already served */
	const void *forbidden_by; /* who began the forbid scope, or NULL */
	const char *hot_function; /* that must not allocate, and what says so; NULL: of no such */
	const char *hot_pattern;
	enum pl_unwind_end end; /* why the violation's frames end */
};

/*
 * Returns whether a violation is to be reported: it ends the process, or its site is new and the
 * limit is not reached. It is counted if so.
 */
bool pl_report_is_due(const struct phaselock_violation *violation,
		      const struct pl_report_context *context);

/* What a violation was against: who locked the heap, or began the scope. */
struct pl_report_against {
	struct pl_history lock; /* for a scope only the frames are set */
	bool known;
	bool is_told; /* a report before this one has the frames */
};

void pl_report_find_against(struct pl_report_against *against,
			    const struct phaselock_violation *violation, const void *forbidden_by,
			    bool is_last);

/* What was found is not told after all. */
void pl_report_untell(const struct pl_report_against *against);

/* In a child of fork: it tells the stack of the lock anew, as its reports may go elsewhere. */
void pl_report_fork_child(void);

/* Appends what to do instead. Returns false if there is nothing to say. */
bool pl_report_advice(struct pl_text *text, const struct phaselock_violation *violation);

/*
 * Writes the block of a violation: one piece unless its names are very long. Needs about 8 KiB of
 * stack.
 */
void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context);

/*
 * Writes "phaselock: " and the message, a sentence about a fault of the caller or of the
 * environment.
 */
void pl_report_message(const char *message);

/* Writes lines that are complete as they are. */
void pl_report_lines(const char *lines);

#endif
