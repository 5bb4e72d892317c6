/* SPDX-License-Identifier: MIT */
/* The rules at an address, by which a frame becomes its caller's. */
#ifndef PL_CFI_RULES_H
#define PL_CFI_RULES_H

#include "common/base.h"
#include "stack/cfi_machine.h"
#include "stack/cfi_table.h"

/* Where a register of the caller is. CFA: what the caller's stack pointer was at the call. */
enum pl_cfi_where {
	PL_CFI_SAME, /* unchanged */
	PL_CFI_NOWHERE,
	PL_CFI_SAVED,	   /* in memory, at CFA + number */
	PL_CFI_OFFSET,	   /* its value is CFA + number */
	PL_CFI_REGISTER,   /* in another register */
	PL_CFI_SAVED_AT,   /* in memory, where an expression says */
	PL_CFI_EXPRESSION, /* its value is that of an expression */
};

/*
 * The rules at an address. The tables must stay loaded while they are used: expressions lie there.
 */
struct pl_cfi_rules {
	const uint8_t *cfa_expression; /* begins with its length; NULL: CFA = register + offset */
	uint64_t cfa_register;
	int64_t cfa_offset;
	uint32_t told; /* a bit for each register that is not PL_CFI_SAME */
	uint8_t where[PL_REGISTERS];
	int64_t value[PL_REGISTERS]; /* the number, the register, or the expression's address */
	uint8_t return_address;	     /* the number of its register */
	bool is_signal;		     /* signal handlers return to this frame */
	bool is_plain;		     /* no rule needs other registers than the CFA's */
};

/* The first rules of all functions that share a common part; serves many steps of one walk. */
struct pl_cfi_first {
	const uint8_t *common; /* where the common part is; NULL: none */
	struct pl_cfi_rules rules;
};

/*
 * Finds the rules at an address of the module that the tables are open for. Returns false if there
 * are none, or only such as no compiler for this machine makes.
 */
bool pl_cfi_rules_find(struct pl_cfi_tables *tables, struct pl_cfi_first *first, uintptr_t address,
		       struct pl_cfi_rules *rules);

/* Returns the bytes of an expression of the rules. */
struct pl_bytes pl_cfi_rules_expression(const uint8_t *expression);

#endif
