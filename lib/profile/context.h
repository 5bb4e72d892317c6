/* SPDX-License-Identifier: MIT */
/*
 * What the profile keeps of a thread: where its rows are, and what it did last. For every function:
 * any thread, signal handlers too; no heap request, no lock.
 */
#ifndef PL_CONTEXT_H
#define PL_CONTEXT_H

#include "common/base.h"
#include "profile/rows.h"
#include "profile/stacks.h"
#include "profile/totals.h"
#include "thread/record.h"

/* Has one user at a time: a signal handler that comes in between uses another one. */
struct pl_profile_context {
	_Atomic uint32_t is_used;
	uint32_t turn;	 /* of the profile, which begins anew in the child of a fork() */
	uint32_t number; /* of its thread */
	uint64_t operations;
	uint64_t last; /* address of the block that the last operation gave; 0: none */
	uint64_t id;   /* of the thread that it stands for, as the record has it */
	char name[16]; /* of that thread, at its first request */
	struct pl_profile_pending pending;
	struct pl_stacks_last stack;
	struct pl_rows rows;
};

/*
 * No thread has anything. may_ask: threads may be asked for their names. While the process has one
 * thread.
 */
void pl_context_begin(bool may_ask);

/*
 * Returns what to use now, and sets *number to the thread's number, which need not be that of the
 * context. thread is NULL if the caller has no record. NULL: there is nothing to use.
 */
struct pl_profile_context *pl_context_enter(struct pl_thread *thread, uint32_t *number);
void pl_context_leave(struct pl_profile_context *context);

#endif
