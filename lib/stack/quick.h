/* SPDX-License-Identifier: MIT */
/*
 * Steps from a frame to its caller's by remembered rules, and by the unwind tables where there are
 * none. For every function: any thread, signal handlers too; no lock, no heap request.
 */
#ifndef PL_QUICK_H
#define PL_QUICK_H

#include "common/base.h"
#include "stack/cfi.h"
#include "stack/cfi_plain.h"
#include "stack/code.h"

/* One walk. Zeroed memory, but for cfi, which is begun. */
struct pl_quick {
	struct pl_cfi cfi;
	struct pl_code code;	 /* around the frame */
	struct pl_code codes[4]; /* that the walk was in, too */
	unsigned turn;		 /* which of them is replaced next */
	pl_plain rule;		 /* of the frame; 0: none that can be remembered */
};

/* Looks at the frame. Returns false if it is in no loaded module. */
bool pl_quick_look(struct pl_quick *quick);

/*
 * As pl_cfi_step(), for a frame that was looked at. Registers may be unknown afterwards that
 * pl_cfi_step() would know: PL_CFI_UNREADABLE may mean that.
 */
enum pl_cfi_result pl_quick_step(struct pl_quick *quick);

/*
 * Takes as many steps from a frame as rules of the two simplest kinds allow, on the thread's own
 * stack: the same steps, but one by one costs more. Writes where each leads to, at most so many,
 * and ends at the address `until`. Returns how many; the last frame is not looked at yet.
 */
unsigned pl_quick_run(struct pl_quick *quick, uintptr_t until, void **frames, unsigned most);

#endif
