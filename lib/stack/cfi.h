/* SPDX-License-Identifier: MIT */
/* Steps from a frame to its caller's, by the unwind tables. */
#ifndef PL_CFI_H
#define PL_CFI_H

#include "common/base.h"
#include "stack/cfi_machine.h"
#include "stack/cfi_rules.h"
#include "stack/stack.h"

/*
 * The state of one walk over frames: where it is, and what it knows there. Zeroed memory: nothing.
 */
struct pl_cfi {
	struct pl_frame frame;
	struct pl_cfi_tables tables;
	struct pl_cfi_first first;
	struct pl_stack stack;
};

enum pl_cfi_result {
	PL_CFI_DONE,
	PL_CFI_NO_TABLE,   /* nothing is known of the frame's code */
	PL_CFI_UNREADABLE, /* the tables lead off every stack */
};

/* The address of the instruction that a frame is at, or of its last byte. */
static inline uintptr_t pl_cfi_instruction(const struct pl_frame *frame)
{
	return frame->is_exact ? frame->pc : frame->pc - 1;
}

/*
 * Replaces the frame by its caller's; if that fails, the frame must not be used any more. Any
 * thread, signal handlers too; no lock, no heap request. It reads only the tables that belong to
 * the code now and remembers nothing after the walk; quick.h does.
 */
enum pl_cfi_result pl_cfi_step(struct pl_cfi *cfi);

#endif
