/* SPDX-License-Identifier: MIT */
/*
 * Remembers plain rules by the code that they are of (code.h), for all threads. For every function:
 * any thread, signal handlers too; no lock, no heap request, no system call.
 */
#ifndef PL_RULES_H
#define PL_RULES_H

#include "common/base.h"
#include "stack/cfi_plain.h"
#include "stack/code.h"

#include <stdatomic.h>

/*
 * Two rules to a place, 256 KiB in all, of which only pages that are used exist. The table is
 * mapped at the start, not when it is needed: a filter of the program may kill for a system call.
 * A rule and what it is of are one word, which is written at once: so a reader never meets halves
 * of two, whoever interrupts or forks whom.
 */
#define PL_RULES_BITS 14
#define PL_RULES_PLACES (1 << PL_RULES_BITS)

struct pl_rules_place {
	_Alignas(16) _Atomic uint64_t words[2]; /* any thread, relaxed; high half: what it is of */
};

/* NULL: nothing is remembered. Written while the process has one thread. */
extern PL_HIDDEN struct pl_rules_place *pl_rules;

/*
 * Maps the table, unless the address space is limited: the program needs it for something else.
 * While the process has one thread.
 */
void pl_rules_start(void);

/* The place and the word's high half make the address again, so no two addresses have the same. */
struct pl_rules_key {
	uint32_t place;
	uint32_t rest;
};

_Static_assert(PL_CODE_NUMBERS <= 1 << PL_RULES_BITS, "the rest has 32 bits");

PL_INLINE struct pl_rules_key pl_rules_key(const struct pl_code *code, uint32_t offset)
{
	uint64_t whole = (uint64_t)code->number << 32 | offset;
	uint32_t rest = (uint32_t)(whole >> PL_RULES_BITS);

	return (struct pl_rules_key){
		/* 2^32 / golden ratio, as in site.c: spreads the codes over the table */
		(offset ^ (rest * 0x9e3779b1u) >> (32 - PL_RULES_BITS)) & (PL_RULES_PLACES - 1),
		rest,
	};
}

/* Whether rules of an address can be remembered. Ask before the functions below. */
PL_INLINE bool pl_rules_takes(const struct pl_code *code, uintptr_t address)
{
	return pl_rules != NULL && code->number != 0 && address - code->start <= UINT32_MAX;
}

/* Returns the rule, or 0 if none is remembered. */
PL_INLINE pl_plain pl_rules_find(const struct pl_code *code, uintptr_t address)
{
	struct pl_rules_key key = pl_rules_key(code, (uint32_t)(address - code->start));
	_Atomic uint64_t *words = pl_rules[key.place].words;
	uint64_t first = atomic_load_explicit(&words[0], memory_order_relaxed), second;

	if (PL_LIKELY(first >> 32 == key.rest))
		return (pl_plain)first;
	second = atomic_load_explicit(&words[1], memory_order_relaxed);
	return second >> 32 == key.rest ? (pl_plain)second : 0;
}

/* Remembers a rule, perhaps in the place of another. */
void pl_rules_add(const struct pl_code *code, uintptr_t address, pl_plain rule);

#endif
