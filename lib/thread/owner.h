/* SPDX-License-Identifier: MIT */
/*
 * A record and its owner, the thread that counts in it. All functions but the last are called under
 * the registry's lock.
 */
#ifndef PL_OWNER_H
#define PL_OWNER_H

#include "backend/backend.h"
#include "common/base.h"
#include "thread/record.h"

/*
 * Gives a record to the calling thread. It is new, or an earlier owner left it; then it keeps that
 * owner's counts. bytes is where the backend counts for the thread.
 */
void pl_owner_comes(struct pl_thread *thread, uint64_t id, const struct pl_backend_bytes *bytes);

/*
 * Moves the counts into the record, because the owner's memory is going away: it takes over the hot
 * path's counts and copies the byte counts. The caller is the owner, or the owner no longer runs.
 */
void pl_owner_leaves(struct pl_thread *thread, bool is_self);

bool pl_owner_has_left(const struct pl_thread *thread);

/*
 * In the child of a fork: undoes a change to a record that a thread of the parent left half done.
 */
void pl_owner_undo(void);

/*
 * Reads the counts of a record: of the caller's own at any time, of others under the registry's
 * lock.
 */
void pl_owner_counts(const struct pl_thread *thread, struct pl_counts *counts);

#endif
