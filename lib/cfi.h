/* SPDX-License-Identifier: MIT */
/* From a frame to its caller's, where the unwind tables say so in simple words. */
#ifndef PL_CFI_H
#define PL_CFI_H

#include "base.h"

/* A call that is under way. */
struct pl_frame {
	uintptr_t pc;	 /* its return address; 0 behind the last frame */
	uintptr_t stack; /* the stack pointer once it has returned there */
	uintptr_t base;	 /* and rbp */
};

/*
 * Makes of a frame its caller's. Returns false, and leaves it as it is, where that takes more than
 * this knows of: frames of signals, without a table, or described by expressions; libgcc may know
 * it. No heap request, no lock. What it says it reads each time anew from the tables that belong to
 * the code now: nothing is remembered, so nothing outlives a dlclose().
 */
bool pl_cfi_step(struct pl_frame *frame);

#endif
