/* SPDX-License-Identifier: MIT */
/*
 * Finds what the unwind tables (.eh_frame) of a module have about an address. For every function:
 * any thread, signal handlers too; no lock (musl: the dynamic linker's, to read), no heap request.
 */
#ifndef PL_CFI_TABLE_H
#define PL_CFI_TABLE_H

#include "common/base.h"
#include "stack/bytes.h"
#include "stack/object.h"

/* What many functions' entries have in common. */
struct pl_cfi_common {
	const uint8_t *entry; /* where it stands; NULL: none was read yet */
	struct pl_bytes instructions;
	uint64_t code_unit;
	int64_t data_unit;
	uint8_t return_address; /* its number among the registers */
	uint8_t encoding;	/* of addresses of functions */
	bool is_augmented;	/* a function's entry has a length and data behind its addresses */
	bool is_signal;		/* it is where handlers of signals return to: nobody called it */
};

/* A pair of an index, which is in the order of functions; both relative to where that is. */
struct pl_cfi_pair {
	int32_t function;
	int32_t entry;
};

/* The tables of the module that was asked for last. Zeroed: of none. It lives as long as a walk. */
struct pl_cfi_tables {
	struct pl_object object;
	const uint8_t *base;
	const struct pl_cfi_pair *index;
	size_t count;		 /* of the index */
	const uint8_t *entries;	 /* to be looked through if there is no index; NULL: nothing */
	const uint8_t *part_end; /* of the loaded part in which base lies */
	struct pl_cfi_common common;
};

/* The entry of a function. */
struct pl_cfi_function {
	uintptr_t start;
	uint64_t size;
	struct pl_bytes instructions;
};

/* Has the tables of the module at an address at hand. Returns false if there is no module. */
bool pl_cfi_table_change(struct pl_cfi_tables *tables, uintptr_t address);

PL_INLINE bool pl_cfi_table_open(struct pl_cfi_tables *tables, uintptr_t address)
{
	return (address >= tables->object.start && address < tables->object.end) ||
	       pl_cfi_table_change(tables, address);
}

/*
 * Finds the function at an address of the module at hand; what it has in common with others is then
 * in tables->common. Returns false if there is no such entry, or it is damaged.
 */
bool pl_cfi_table_find(struct pl_cfi_tables *tables, uintptr_t address,
		       struct pl_cfi_function *function);

/*
 * Reads the entry at *entry, and moves that to the one behind it. Returns false at the end.
 * function->size is 0 if the entry is that of no function.
 */
bool pl_cfi_table_next(struct pl_cfi_tables *tables, const uint8_t **entry,
		       struct pl_cfi_function *function);

/* The index of the program, if the linker has made none. From the constructor. */
void pl_cfi_table_set_index(const uint8_t *base, const struct pl_cfi_pair *index, size_t count);

#endif
