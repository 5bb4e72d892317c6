/* SPDX-License-Identifier: MIT */
/* From a frame to its caller's, by the unwind tables. */
#ifndef PL_CFI_H
#define PL_CFI_H

#include "common/base.h"
#include "stack/cfi_machine.h"
#include "stack/cfi_rules.h"
#include "stack/stack.h"

/* What one walk over frames has: where it is, and what it knows of that place. Zeroed: nothing. */
struct pl_cfi {
	struct pl_frame frame;
	struct pl_cfi_tables tables;
	struct pl_cfi_first first;
	struct pl_stack stack;
};

enum pl_cfi_result {
	PL_CFI_DONE,
	PL_CFI_NO_TABLE,   /* nothing is known of the code that the frame is in */
	PL_CFI_UNREADABLE, /* where the tables lead is no stack */
};

/* The address of the instruction that a frame is at, or of its last byte. */
static inline uintptr_t pl_cfi_instruction(const struct pl_frame *frame)
{
	return frame->is_exact ? frame->pc : frame->pc - 1;
}

/*
 * Makes of the frame its caller's; if that cannot be done, the frame is over. Any thread, signal
 * handlers too; no lock, no heap request. All that it says it reads from the tables that belong to
 * the code now: nothing is remembered after the walk, so nothing outlives a dlclose().
 */
enum pl_cfi_result pl_cfi_step(struct pl_cfi *cfi);

#endif
