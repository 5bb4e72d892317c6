/* SPDX-License-Identifier: MIT */
/* Expressions in unwind tables. */
#ifndef PL_CFI_EXPRESSION_H
#define PL_CFI_EXPRESSION_H

#include "common/base.h"
#include "stack/bytes.h"
#include "stack/cfi_machine.h"
#include "stack/stack.h"

/*
 * Calculates an expression over the registers of a frame; `first`, if it is not NULL, is on its
 * stack from the start. Returns false if the expression needs a register that is not known, a word
 * that cannot be read, or an operation that unwind tables do not use.
 */
bool pl_cfi_calculate(struct pl_bytes expression, const struct pl_frame *frame,
		      struct pl_stack *stack, const uintptr_t *first, uintptr_t *result);

#endif
