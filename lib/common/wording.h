/* SPDX-License-Identifier: MIT */
/*
 * The words of a violation's report, for the library and for the command that makes the report from
 * the record. For every function: any thread, signal handlers too; no heap request. Nothing ends
 * with a newline but what is said to.
 */
#ifndef PL_WORDING_H
#define PL_WORDING_H

#include "common/base.h"
#include "common/format.h"

#include <phaselock/phaselock.h>

#define PL_WORDING_FORBIDDEN "  forbidden by "
#define PL_WORDING_ADVICE "  advice: "
#define PL_WORDING_NO_TABLE "    (the stack cannot be read further: no unwind table)"
#define PL_WORDING_NO_STACK "    (the stack cannot be read further: it leads to no stack)"

/* The call as its caller might have written it. */
void pl_wording_call(struct pl_text *text, const struct phaselock_violation *violation);

/*
 * The first two lines, each with a newline. hot_function: the function that must not allocate, by a
 * pattern; NULL if the violation is of no such.
 */
void pl_wording_heading(struct pl_text *text, const struct phaselock_violation *violation,
			const char *hot_function, const char *hot_pattern, bool is_nested);

/* A place in a module: function (NULL if it is not known) and file. */
void pl_wording_place(struct pl_text *text, const char *function, uint64_t function_offset,
		      const char *path, uint64_t offset);

/* Who locked the heap. */
struct pl_wording_lock {
	uint64_t time_ns;
	uint64_t thread_id; /* 0: all processes of the run were locked */
	const char *thread_name;
	const char *option; /* what asked for it; NULL: a call */
	bool is_told;	    /* its call stack is in a report before this one */
};

/* Who locked the heap, how long before. Its call stack follows if a thread of the process did. */
void pl_wording_locked(struct pl_text *text, uint64_t time_ns, const struct pl_wording_lock *lock);

/* A module's build-id, by which a symbolizer finds its file. */
void pl_wording_build_id(struct pl_text *text, const unsigned char *id, size_t size,
			 const char *path);

/* The last line. */
void pl_wording_verdict(struct pl_text *text, enum phaselock_verdict verdict, bool by_handler,
			bool is_undeniable);

#endif
