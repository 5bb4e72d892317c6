/* SPDX-License-Identifier: MIT */
/*
 * A record and its owner, the thread that counts in it. All of these but the last are called under
 * the registry's lock.
 */
#ifndef PL_OWNER_H
#define PL_OWNER_H

#include "backend/backend.h"
#include "common/base.h"
#include "thread/record.h"

/*
 * Makes a record the calling thread's: a new one, or one that its owner has left, whose counts stay
 * in it. bytes is where the backend counts for the thread.
 */
void pl_owner_comes(struct pl_thread *thread, uint64_t id, const struct pl_backend_bytes *bytes);

/*
 * From now on the record holds the counts itself: those of the hot path, which its owner does not
 * take any more, and a copy of its bytes. The owner is the caller itself, or runs no more.
 */
void pl_owner_leaves(struct pl_thread *thread, bool is_self);

bool pl_owner_has_left(const struct pl_thread *thread);

/* In the child of a fork: what a thread of its parent was doing to a record here is undone. */
void pl_owner_undo(void);

/* Reads a record: the caller's own, or any under the registry's lock. */
void pl_owner_counts(const struct pl_thread *thread, struct pl_counts *counts);

#endif
