/* SPDX-License-Identifier: MIT */
/*
 * A copy of this process, which does one thing for it. No wait() but copy_reap() finds it.
 *
 * It may be in the namespace of processes of which the program is the first one (`unshare --pid`
 * without --fork): the program's end is not complete there before its copy was reaped. So whoever
 * waits for the program also takes the signal of a copy's end, and reaps.
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
 * Has the end of a copy told by another signal than these two; before the first one is made.
 * Returns it: one that does nothing where it is not awaited.
 */
int copy_choose_signal(int not_this, int nor_this);

#endif
