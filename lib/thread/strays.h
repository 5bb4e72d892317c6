/* SPDX-License-Identifier: MIT */
/*
 * Counts for threads that have no record: they free at their end, when it is too late to make one,
 * or ask for memory while theirs is being made. Any thread, signal handlers too; no lock.
 */
#ifndef PL_STRAYS_H
#define PL_STRAYS_H

#include "common/base.h"
#include "thread/record.h"

/* The record of all of them. pl_record_add() adds to it what the functions below do not count. */
extern PL_HIDDEN struct pl_thread pl_strays;

/*
 * Counts a request of the calling thread, or a block that it gave back. A request is counted
 * without its usable bytes: the backend may be setting itself up, so it cannot be asked for them.
 */
void pl_strays_allocation(size_t requested);
void pl_strays_deallocation(size_t bytes, bool locked);

/*
 * Returns whether the calling thread gave back too many blocks to be just ending. Then it is worth
 * a record, and its end will be noticed.
 */
bool pl_strays_are_many(void);

/* Moves what the calling thread gave back before it had a record into that record. */
void pl_strays_bring_home(struct pl_thread *thread);

/* Adds the strays' counts to a sum. */
void pl_strays_sum(struct pl_counts *sum);

#endif
