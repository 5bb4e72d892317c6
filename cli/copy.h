/* SPDX-License-Identifier: MIT */
/*
 * A copy of this process, which does one thing for it. No wait() but copy_reap() finds it.
 *
 * It may be in the process namespace whose first process is the program (`unshare --pid` without
 * --fork): there the program's end is not complete before the copy is reaped. So whoever waits for
 * the program also takes the signal of a copy's end, and reaps.
 */
#ifndef CLI_COPY_H
#define CLI_COPY_H

#include <sys/types.h>

/*
 * Makes a copy that runs a function, on a stack of its own, and ends with what that returns.
 * Returns its process, or -1 with errno.
 */
pid_t copy_start(int (*run)(void *context), void *context);

/* Kills one that may have been reaped already. */
void copy_kill(pid_t copy);

/* Reaps those that have ended. */
void copy_reap(void);

/*
 * Chooses another signal than these two to tell of a copy's end, and returns it: one that does
 * nothing where it is not awaited. Call it before the first copy is made.
 */
int copy_choose_signal(int not_this, int nor_this);

#endif
