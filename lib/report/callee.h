/* SPDX-License-Identifier: MIT */
/* Which function of another module a call instruction calls. */
#ifndef PL_CALLEE_H
#define PL_CALLEE_H

#include "common/base.h"

/*
 * Returns the name of the exported function that the call before this return address calls by way
 * of its module's table of addresses, as calls of libc's functions do, or NULL. A stack does not
 * tell it: fopen() goes on to an internal function by a jump, and leaves no frame. Any thread,
 * signal handlers too; no lock, no heap request.
 */
const char *pl_callee_name(const void *return_address);

#endif
