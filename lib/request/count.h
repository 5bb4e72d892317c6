/* SPDX-License-Identifier: MIT */
/*
 * Counts requests that the hot path did not count. It must not know whether they were judged.
 * Called by the thread that makes the request.
 */
#ifndef PL_COUNT_H
#define PL_COUNT_H

#include "backend/backend.h"
#include "thread/record.h"

/*
 * Call it on every slow-path request. It acts for a thread whose frees have held pages, and now and
 * then for others.
 */
void pl_count_let_go(struct pl_thread *thread);

/* Both count as the hot path does if the gate is open, and in the record otherwise. */
void pl_count_allocation(struct pl_thread *thread, size_t size);
void pl_count_deallocation(struct pl_thread *thread, const void *block);

#endif
