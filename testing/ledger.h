/* SPDX-License-Identifier: MIT */
/*
 * The live memory blocks that an assertion's block allocated, each with the call stack of its
 * request. Every function may run on any thread and inside a watcher, and makes no heap request.
 */
#ifndef TESTING_LEDGER_H
#define TESTING_LEDGER_H

#include <phaselock/phaselock.h>

/* How many live blocks all open assertions together can follow. */
#define LEDGER_SIZE 8192
#define LEDGER_SIZE_TEXT "8192"

/* How many frames are kept for a block. */
#define LEDGER_FRAMES 12

/* Notes a block for its owner. Returns false if the ledger is full. */
bool ledger_add(const void *owner, const void *block, const struct phaselock_violation *request);

/* Removes a block of this owner. Returns whether it was there. */
bool ledger_remove(const void *owner, const void *block);

/* Returns how many blocks of an owner are alive. */
uint64_t ledger_count(const void *owner);

/* Copies the requests of an owner's blocks, at most capacity; returns how many. */
size_t ledger_list(const void *owner, struct phaselock_violation *out, size_t capacity);

/* For the child of a fork, where the thread that held the lock does not exist. */
void ledger_reset_lock(void);

/* Removes all blocks of an owner. */
void ledger_clear(const void *owner);

/* In a new child: empties the ledger, which a thread of the parent may have been changing. */
void ledger_after_fork(void);

#endif
