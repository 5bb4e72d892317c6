/* SPDX-License-Identifier: MIT */
/* Which function of another module a call instruction calls. */
#ifndef PL_CALLEE_H
#define PL_CALLEE_H

#include "common/base.h"

/*
 * Returns the name of the exported function that was called just before this return address, or
 * NULL. It understands calls through the module's table of addresses, as calls of libc's functions
 * are. The stack does not show the function: fopen() jumps on to an internal one, and leaves no
 * frame. Any thread, signal handlers too; no lock, no heap request.
 */
const char *pl_callee_name(const void *return_address);

#endif
