/* SPDX-License-Identifier: MIT */
/*
 * The profile of this process: what request/ tells it, by call stack, thread and phase. For every
 * function: any thread, signal handlers too, unless it says otherwise; no heap request, no lock.
 */
#ifndef PL_PROFILE_H
#define PL_PROFILE_H

#include "common/base.h"
#include "profile/blocks.h"
#include "thread/record.h"

#include <stdatomic.h>

/* Set while the process records; zeroed in the child of any fork, which may then begin anew. */
extern PL_HIDDEN struct pl_profile_switch {
	_Alignas(PL_PAGE_SIZE) _Atomic bool is_on;
} pl_profile_switch;

PL_INLINE bool pl_profile_is_on(void)
{
	return PL_UNLIKELY(atomic_load_explicit(&pl_profile_switch.is_on, memory_order_relaxed));
}

/* Whether there is a place for it: the run's, or a file. */
bool pl_profile_is_wanted(void);

/*
 * Begins the profile of this process, if its run wants one. may_ask: no filter of system calls ends
 * the process for asking after names of threads, or reading of its memory in /proc.
 * From the constructor, after pl_image_begin(). Returns whether it did.
 */
bool pl_profile_begin(bool may_ask);

/* In the child of a fork(), after pl_image_begin(): it has its own, if its parent had one. */
void pl_profile_fork_child(void);

/* No more is recorded. In a child that leaves its run. */
void pl_profile_stop(void);

/* The phase may have changed. */
void pl_profile_phase(void);

/* The process ends: what is not added yet is. Others may still run. */
void pl_profile_end(struct pl_thread *thread);

/*
 * The functions below are called only while it is on. thread: the caller's record, or NULL.
 *
 * A request was served; caller as pl_unwind() has it.
 */
void pl_profile_allocated(struct pl_thread *thread, const char *function, size_t size,
			  const void *block, const void *caller);

/* A block that is about to be given back, or moved. */
struct pl_profile_held {
	struct pl_block block;
	bool is_known;
};

/* The allocator is about to get a block back. */
struct pl_profile_held pl_profile_take(const void *block);

/* Then: it has it. */
void pl_profile_freed(struct pl_thread *thread, const void *block,
		      const struct pl_profile_held *held);

/* Or: it does not, for the request failed. */
void pl_profile_kept(const void *block, const struct pl_profile_held *held);

#endif
