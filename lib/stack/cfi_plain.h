/* SPDX-License-Identifier: MIT */
/*
 * A rule that needs no register but the stack pointer and the base, in one word: what compilers
 * write for nearly all functions. For every function: any thread, signal handlers too; no lock, no
 * heap request.
 */
#ifndef PL_CFI_PLAIN_H
#define PL_CFI_PLAIN_H

#include "common/base.h"
#include "stack/cfi.h"

/*
 * From low bits to high ones: kind 3, base 8, and offset 20, or for PL_PLAIN_AT_* inner 12 and
 * outer 8. All count words of eight bytes.
 */
typedef uint32_t pl_plain; /* 0: none */

enum pl_plain_kind {
	PL_PLAIN_STACK = 1, /* CFA = stack pointer + offset */
	PL_PLAIN_BASE,	    /* CFA = base + offset */
	PL_PLAIN_AT_STACK,  /* CFA = the word at stack pointer + inner, and outer */
	PL_PLAIN_AT_BASE,   /* CFA = the word at base + inner, and outer: a realigned frame */
	PL_PLAIN_END,	    /* the outermost frame */
	PL_PLAIN_NOT,	    /* there are rules, but others */
};

enum {
	PL_PLAIN_BASE_SAME = 0,	      /* else it is saved at CFA - so many words */
	PL_PLAIN_BASE_AT_BASE = 0xff, /* or where the base points to */
};

PL_INLINE enum pl_plain_kind pl_cfi_plain_kind(pl_plain rule)
{
	return (enum pl_plain_kind)(rule & 7);
}

#define PL_PLAIN_BASE_AT 3    /* bits from which on base is */
#define PL_PLAIN_OFFSET_AT 11 /* and offset */

/* Makes a word of the rules at an instruction's address; PL_PLAIN_NOT if they are not plain. */
pl_plain pl_cfi_plain_make(const struct pl_cfi_rules *rules, uintptr_t address);

/*
 * As pl_cfi_step(), by a plain rule of the frame's address, whatever it says. Afterwards nothing is
 * known of other registers.
 */
enum pl_cfi_result pl_cfi_plain_step(pl_plain rule, struct pl_cfi *cfi);

#endif
