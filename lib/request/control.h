/* SPDX-License-Identifier: MIT */
/* The lock, as an option of PHASELOCK_OPTIONS asks for it. */
#ifndef PL_CONTROL_H
#define PL_CONTROL_H

/*
 * As phaselock_lock_allocations(); the reports name the option, a string that lives for ever. Any
 * thread, signal handlers too.
 */
void pl_control_lock(const char *option);

#endif
