/* SPDX-License-Identifier: MIT */
/*
 * The open assertions. They live in a pool, not on the stack of their blocks: a block that is left
 * by longjmp() leaves its watch open, and the watch may still hear of requests.
 */
#ifndef TESTING_POOL_H
#define TESTING_POOL_H

#include "seen.h"

/* Returns a fresh assertion. Ends the program if too many are open. */
struct phaselock_check *pool_take(const struct phaselock_check_spec *spec);
void pool_give_back(struct phaselock_check *check);

/* Returns this thread's innermost open assertion, or NULL. */
struct phaselock_check *pool_innermost(void);

/* Makes a taken assertion this thread's innermost. */
void pool_open(struct phaselock_check *check);

/* Ends the watch of this thread's innermost assertion and hands the assertion to the caller. */
struct phaselock_check *pool_close_innermost(void);

/* Returns whether an assertion is open on this thread. */
bool pool_is_open_here(const struct phaselock_check *check);

/* Returns whether this thread took it. */
bool pool_was_taken_here(const struct phaselock_check *check);

/* In a new child: assertions that were open in the parent stop watching. */
void pool_after_fork(void);

#endif
