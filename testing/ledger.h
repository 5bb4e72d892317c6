/* SPDX-License-Identifier: MIT */
/*
 * The blocks that are alive because of an assertion's block, each with the call stack that asked
 * for it. For every function: any thread, from inside a watcher; no heap request.
 */
#ifndef TESTING_LEDGER_H
#define TESTING_LEDGER_H

#include <phaselock/phaselock.h>

/* Blocks alive at once that can be followed, by all open assertions together. */
#define LEDGER_SIZE 8192
#define LEDGER_SIZE_TEXT "8192"

/* Frames that are kept of the call stack of a block. */
#define LEDGER_FRAMES 12

/* Notes a block for its owner. Returns false if the ledger is full. */
bool ledger_add(const void *owner, const void *block, const struct phaselock_violation *request);

/* Takes a block off, if it is its owner's. Returns whether it was. */
bool ledger_remove(const void *owner, const void *block);

/* Returns how many blocks of an owner are alive. */
uint64_t ledger_count(const void *owner);

/* Copies the requests of an owner's blocks, at most capacity; returns how many. */
size_t ledger_list(const void *owner, struct phaselock_violation *out, size_t capacity);

/* In the child of a fork: whoever held the lock is not there. */
void ledger_reset_lock(void);

/* Takes all blocks of an owner off. */
void ledger_clear(const void *owner);

/* In a new child: empties it. Another thread of the parent may have been at work in it. */
void ledger_after_fork(void);

#endif
