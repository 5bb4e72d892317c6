/* SPDX-License-Identifier: MIT */
/*
 * Finds what the unwind tables (.eh_frame) of a module say about an address. For every function:
 * any thread, signal handlers too; no lock (musl: the dynamic linker's, to read), no heap request.
 */
#ifndef PL_CFI_TABLE_H
#define PL_CFI_TABLE_H

#include "common/base.h"
#include "stack/bytes.h"
#include "stack/object.h"

/* The common part, which the entries of many functions share. */
struct pl_cfi_common {
	const uint8_t *entry; /* where it is; NULL: none was read yet */
	struct pl_bytes instructions;
	uint64_t code_unit;
	int64_t data_unit;
	uint8_t return_address; /* the number of its register */
	uint8_t encoding;	/* of addresses of functions */
	bool is_augmented;	/* functions' entries have a length and data after the addresses */
	bool is_signal;		/* signal handlers return to it: nobody called it */
};

/* A pair of the index, which is sorted by function; both are relative to the base of the tables. */
struct pl_cfi_pair {
	int32_t function;
	int32_t entry;
};

/*
 * The tables of the module that was asked for last. Zeroed memory: of none. It lives for one walk.
 */
struct pl_cfi_tables {
	struct pl_object object;
	const uint8_t *base;
	const struct pl_cfi_pair *index;
	size_t count;		 /* pairs in the index */
	const uint8_t *entries;	 /* to search if there is no index; NULL: none */
	const uint8_t *part_end; /* the end of the loaded part that base is in */
	struct pl_cfi_common common;
};

/* The entry of a function. */
struct pl_cfi_function {
	uintptr_t start;
	uint64_t size;
	struct pl_bytes instructions;
};

/* Opens the tables of the module at an address. Returns false if there is no module. */
bool pl_cfi_table_change(struct pl_cfi_tables *tables, uintptr_t address);

PL_INLINE bool pl_cfi_table_open(struct pl_cfi_tables *tables, uintptr_t address)
{
	return (address >= tables->object.start && address < tables->object.end) ||
	       pl_cfi_table_change(tables, address);
}

/*
 * Finds the function at an address of the open module, and has its common part in tables->common.
 * Returns false if there is no such entry, or it is damaged.
 */
bool pl_cfi_table_find(struct pl_cfi_tables *tables, uintptr_t address,
		       struct pl_cfi_function *function);

/*
 * Reads the entry at *entry, and moves *entry to the next one. Returns false at the end.
 * function->size is 0 if the entry is not that of a function.
 */
bool pl_cfi_table_next(struct pl_cfi_tables *tables, const uint8_t **entry,
		       struct pl_cfi_function *function);

/* Sets the index of the program, for which the linker made none. From the constructor. */
void pl_cfi_table_set_index(const uint8_t *base, const struct pl_cfi_pair *index, size_t count);

#endif
