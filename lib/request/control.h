/* SPDX-License-Identifier: MIT */
/* The lock, for the options that lock, and for children that inherit it. */
#ifndef PL_CONTROL_H
#define PL_CONTROL_H

/*
 * As phaselock_lock_allocations(). Reports name the option, a string that lives for ever; their
 * stack of who locked begins at caller, a return address. Any thread, signal handlers too.
 */
void pl_control_lock(const char *option, const void *caller);

/* Tells the page of `phaselock run` what a child of fork() begins with. In that child. */
void pl_control_fork_child(void);

#endif
