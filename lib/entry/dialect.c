/* SPDX-License-Identifier: MIT */
/*
 * The functions with an allocator's own names that ask for memory or give it back. It must not know
 * who calls them.
 */
#include "entry/dialect.h"

#include <string.h>

#include <phaselock/phaselock.h>

/* If a name begins with several of these, the first counts. */
#define FAMILY(prefix)                                                                             \
	{prefix "malloc", PHASELOCK_ENTRY_MALLOC, prefix "malloc"},                                \
		{prefix "calloc", PHASELOCK_ENTRY_CALLOC, prefix "malloc"},                        \
		{prefix "reallocarray", PHASELOCK_ENTRY_REALLOCARRAY, prefix "malloc"},            \
		{prefix "realloc", PHASELOCK_ENTRY_REALLOC, prefix "malloc"},                      \
		{prefix "free", PHASELOCK_ENTRY_FREE, prefix "malloc"},                            \
		{prefix "cfree", PHASELOCK_ENTRY_CFREE, prefix "malloc"},                          \
		{prefix "posix_memalign", PHASELOCK_ENTRY_POSIX_MEMALIGN, prefix "malloc"},        \
		{prefix "aligned_alloc", PHASELOCK_ENTRY_ALIGNED_ALLOC, prefix "malloc"},          \
		{prefix "memalign", PHASELOCK_ENTRY_MEMALIGN, prefix "malloc"},                    \
		{prefix "valloc", PHASELOCK_ENTRY_VALLOC, prefix "malloc"},                        \
		{prefix "pvalloc", PHASELOCK_ENTRY_PVALLOC, prefix "malloc"},                      \
		{prefix "new", PHASELOCK_ENTRY_NEW, prefix "malloc"},                              \
	{                                                                                          \
		prefix "delete", PHASELOCK_ENTRY_DELETE, prefix "malloc"                           \
	}

static const struct pl_dialect beginnings[] = {
	FAMILY("je_"),
	{"je_rallocx", PHASELOCK_ENTRY_REALLOC, "je_malloc"},
	{"je_xallocx", PHASELOCK_ENTRY_REALLOC, "je_malloc"},
	{"je_dallocx", PHASELOCK_ENTRY_FREE, "je_malloc"},
	{"je_sdallocx", PHASELOCK_ENTRY_FREE_SIZED, "je_malloc"},
	FAMILY("tc_"),
	FAMILY("mi_"),
	{"mi_zalloc", PHASELOCK_ENTRY_CALLOC, "mi_malloc"},
	{"mi_recalloc", PHASELOCK_ENTRY_REALLOC, "mi_malloc"},
	{"mi_rezalloc", PHASELOCK_ENTRY_REALLOC, "mi_malloc"},
	{"mi_strdup", PHASELOCK_ENTRY_MALLOC, "mi_malloc"},
	{"mi_strndup", PHASELOCK_ENTRY_MALLOC, "mi_malloc"},
	{"mi_realpath", PHASELOCK_ENTRY_MALLOC, "mi_malloc"},
	{"mi_heap_malloc", PHASELOCK_ENTRY_MALLOC, "mi_malloc"},
	{"mi_heap_calloc", PHASELOCK_ENTRY_CALLOC, "mi_malloc"},
	{"mi_heap_zalloc", PHASELOCK_ENTRY_CALLOC, "mi_malloc"},
	{"mi_heap_re", PHASELOCK_ENTRY_REALLOC, "mi_malloc"},
	{"mi_heap_str", PHASELOCK_ENTRY_MALLOC, "mi_malloc"},
};

static const struct pl_dialect names[] = {
	{"mallocx", PHASELOCK_ENTRY_MALLOC, "mallocx"},
	{"rallocx", PHASELOCK_ENTRY_REALLOC, "mallocx"},
	{"xallocx", PHASELOCK_ENTRY_REALLOC, "mallocx"},
	{"dallocx", PHASELOCK_ENTRY_FREE, "mallocx"},
	{"sdallocx", PHASELOCK_ENTRY_FREE_SIZED, "mallocx"},
};

const struct pl_dialect *pl_dialect_find(const char *function)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, function) == 0)
			return &names[i];
	if (function[0] == '\0' || function[1] == '\0' || function[2] != '_')
		return NULL;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncmp(beginnings[i].name, function, strlen(beginnings[i].name)) == 0)
			return &beginnings[i];
	return NULL;
}
