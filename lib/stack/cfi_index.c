/* SPDX-License-Identifier: MIT */
/*
 * Makes the index of unwind tables, .eh_frame_hdr, that some linkers do not make for a static
 * program: its start files tell libgcc of the tables instead. It must not know what is looked up.
 */
#include "stack/cfi_index.h"

#include "stack/cfi_table.h"
#include "common/os.h"
#include "stack/symtab.h"

/* The linker wrote them nearly in order, so most need only a few moves. */
static void sort(struct pl_cfi_pair *pairs, size_t count)
{
	for (size_t gap = count / 2; gap > 0; gap /= 2)
		for (size_t i = gap; i < count; i++) {
			struct pl_cfi_pair pair = pairs[i];
			size_t at = i;

			for (; at >= gap && pairs[at - gap].function > pair.function; at -= gap)
				pairs[at] = pairs[at - gap];
			pairs[at] = pair;
		}
}

/* Returns how many functions there are; writes them to pairs if that is not NULL. */
static size_t list(struct pl_cfi_tables *tables, const uint8_t *base, struct pl_cfi_pair *pairs)
{
	struct pl_cfi_function function;
	const uint8_t *at = base, *entry = base;
	size_t count = 0;

	for (; pl_cfi_table_next(tables, &at, &function); entry = at) {
		intptr_t offset = (intptr_t)(function.start - (uintptr_t)base);

		if (function.size == 0 || offset != (int32_t)offset)
			continue;
		if (pairs != NULL)
			pairs[count] =
				(struct pl_cfi_pair){(int32_t)offset, (int32_t)(entry - base)};
		count++;
	}
	return count;
}

void pl_cfi_index_start(void)
{
	const uint8_t *base = pl_symtab_unwind_tables();
	struct pl_cfi_tables tables = {.base = NULL};
	struct pl_cfi_pair *pairs;
	size_t count;

	if (base == NULL || !pl_cfi_table_open(&tables, (uintptr_t)pl_cfi_index_start) ||
	    tables.object.table_index != NULL || tables.object.name[0] != '\0')
		return;
	count = list(&tables, base, NULL);
	pairs = count > 0 ? pl_os_map(count * sizeof(*pairs)) : NULL;
	if (pairs == NULL)
		return;
	list(&tables, base, pairs);
	sort(pairs, count);
	pl_cfi_table_set_index(base, pairs, count);
}
