/* SPDX-License-Identifier: MIT */
/* The lock, as an option of PHASELOCK_OPTIONS asks for it. */
#ifndef PL_GUARD_H
#define PL_GUARD_H

/*
 * As phaselock_lock_allocations(); the reports name the option, a string that lives for ever. Any
 * thread, signal handlers too.
 */
void pl_guard_lock(const char *option);

#endif
