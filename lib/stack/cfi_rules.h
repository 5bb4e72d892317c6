/* SPDX-License-Identifier: MIT */
/* By which rules a frame becomes its caller's, at an address. */
#ifndef PL_CFI_RULES_H
#define PL_CFI_RULES_H

#include "common/base.h"
#include "stack/cfi_machine.h"
#include "stack/cfi_table.h"

/* Where a register of the caller is. CFA: what the caller's stack pointer was at the call. */
enum pl_cfi_where {
	PL_CFI_SAME, /* where it was */
	PL_CFI_NOWHERE,
	PL_CFI_SAVED,	   /* in memory, at the CFA and a number */
	PL_CFI_OFFSET,	   /* the CFA and a number is its value */
	PL_CFI_REGISTER,   /* in another register */
	PL_CFI_SAVED_AT,   /* in memory, where an expression says */
	PL_CFI_EXPRESSION, /* an expression is its value */
};

/* A rule of what the tables say; they must stay loaded while it is used: expressions lie there. */
struct pl_cfi_rules {
	const uint8_t
		*cfa_expression; /* from its length on; NULL: the CFA is a register and a number */
	uint64_t cfa_register;
	int64_t cfa_offset;
	uint32_t told; /* a bit for each register that is not PL_CFI_SAME */
	uint8_t where[PL_REGISTERS];
	int64_t value[PL_REGISTERS]; /* the number, the register, or the expression's address */
	uint8_t return_address;	     /* the number of its register */
	bool is_signal;		     /* the frame is where a handler of a signal returns to */
	bool is_plain;		     /* no rule is of other registers than the CFA's */
};

/* The rules with which all functions begin that have this in common: for many steps of one walk. */
struct pl_cfi_first {
	const uint8_t *common; /* where that stands; NULL: nothing */
	struct pl_cfi_rules rules;
};

/*
 * Finds the rules at an address in the module at hand. Returns false if there are none, or such as
 * no compiler for this machine makes.
 */
bool pl_cfi_rules_find(struct pl_cfi_tables *tables, struct pl_cfi_first *first, uintptr_t address,
		       struct pl_cfi_rules *rules);

/* The bytes of an expression of rules. */
struct pl_bytes pl_cfi_rules_expression(const uint8_t *expression);

#endif
