/* SPDX-License-Identifier: MIT */
/*
 * What threads do that have no record: they free as they end, when it is too late to make one, or
 * ask for memory while theirs is made. Any thread, signal handlers too; no lock.
 */
#ifndef PL_STRAYS_H
#define PL_STRAYS_H

#include "common/base.h"
#include "thread/record.h"

/* The record of them all. Added to by pl_record_add(), but for what the functions below count. */
extern PL_HIDDEN struct pl_thread pl_strays;

/*
 * Counts a request of the calling thread, without its usable bytes: to ask for them may be to ask a
 * backend that is setting itself up. And a block of so many bytes that it gave back.
 */
void pl_strays_allocation(size_t requested);
void pl_strays_deallocation(size_t bytes, bool locked);

/*
 * Returns whether the calling thread gave back so much that it is not just ending: it is worth a
 * record, whose end is heard of.
 */
bool pl_strays_are_many(void);

/* The calling thread has a record now: what it gave back before belongs there. */
void pl_strays_bring_home(struct pl_thread *thread);

/* Adds the counts of the strays to a sum. */
void pl_strays_sum(struct pl_counts *sum);

#endif
