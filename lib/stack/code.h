/* SPDX-License-Identifier: MIT */
/*
 * Which code lies at an address now: what was found out about code may be remembered by its number.
 * For every function: any thread, signal handlers too; no lock, no heap request, no system call but
 * for an object that is met for the first time.
 */
#ifndef PL_CODE_H
#define PL_CODE_H

#include "common/base.h"

/* An object that was met on a stack. Zeroed memory: none. */
struct pl_code {
	uintptr_t start;
	uintptr_t size;
	uint32_t number; /* below PL_CODE_NUMBERS; 0: nothing may be remembered of it */
};

#define PL_CODE_NUMBERS 4096

/* Makes room for many objects. From the constructor. */
void pl_code_start(void);

/*
 * Finds the object at an address. Returns false if there is none, or nothing can be known of it. No
 * two objects of different contents have the same number, not even if one is unloaded and the other
 * one loaded in its place. The object must stay loaded meanwhile, as those of this thread's stack
 * do; *code is valid as long as it does.
 */
bool pl_code_find(uintptr_t address, struct pl_code *code);

/* The same among objects that are there from the start to the end. */
bool pl_code_find_lasting(uintptr_t address, struct pl_code *code);

PL_INLINE bool pl_code_has(const struct pl_code *code, uintptr_t address)
{
	return address - code->start < code->size;
}

/*
 * Returns a number that changes when pl_code_find() meets an object in the place of another one,
 * before it returns.
 */
uint64_t pl_code_generation(void);

#endif
