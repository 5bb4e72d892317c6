/* SPDX-License-Identifier: MIT */
/*
 * Tells which entry points an assertion counts, and which of these do not lead to the library. It
 * must not know what follows if one is missing.
 */
#define PHASELOCK_OPTIONAL
#include "counted.h"

#include "text.h"

#define TAKES                                                                                      \
	(PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_CALLOC | PHASELOCK_ENTRY_POSIX_MEMALIGN |        \
	 PHASELOCK_ENTRY_ALIGNED_ALLOC | PHASELOCK_ENTRY_MEMALIGN | PHASELOCK_ENTRY_VALLOC |       \
	 PHASELOCK_ENTRY_PVALLOC | PHASELOCK_ENTRY_NEW | PHASELOCK_ENTRY_NEW_ALIGNED)
#define GIVES                                                                                      \
	(PHASELOCK_ENTRY_FREE | PHASELOCK_ENTRY_CFREE | PHASELOCK_ENTRY_FREE_SIZED |               \
	 PHASELOCK_ENTRY_FREE_ALIGNED_SIZED | PHASELOCK_ENTRY_DELETE |                             \
	 PHASELOCK_ENTRY_DELETE_ALIGNED)
#define RESIZES (PHASELOCK_ENTRY_REALLOC | PHASELOCK_ENTRY_REALLOCARRAY) /* take and give */

static unsigned counted(enum phaselock_check_kind kind)
{
	switch (kind) {
	case PHASELOCK_CHECK_NO_DEALLOCATIONS:
		return GIVES | RESIZES;
	case PHASELOCK_CHECK_NO_LEAK:
	case PHASELOCK_CHECK_SURVIVES: /* which looks for leaks */
		return TAKES | GIVES | RESIZES;
	case PHASELOCK_CHECK_MAX_ALLOCATIONS:
	case PHASELOCK_CHECK_EXACT_ALLOCATIONS:
	case PHASELOCK_CHECK_MIN_ALLOCATIONS:
	case PHASELOCK_CHECK_MAX_BYTES:
	case PHASELOCK_CHECK_VIOLATION:
	case PHASELOCK_CHECK_ABORTS:
	case PHASELOCK_CHECK_MEASURES:
		break;
	}
	return TAKES | RESIZES;
}

unsigned counted_missing(enum phaselock_check_kind kind)
{
	return counted(kind) & ~(phaselock_present() ? phaselock_armed() : 0);
}

void counted_append(struct text *text, unsigned entries)
{
	const char *comma = "";

	for (unsigned entry = 1; entry <= entries; entry <<= 1) {
		if ((entries & entry) == 0)
			continue;
		text_append(text, "%s%s", comma, phaselock_entry_name(entry));
		comma = ", ";
	}
	text_append(text, " go%s to another allocator", (entries & (entries - 1)) == 0 ? "es" : "");
}
