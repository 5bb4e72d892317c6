/* SPDX-License-Identifier: MIT */
/*
 * Tells an allocator's own names for requests from names that only look like it.
 *
 * shows: PL-585
 */
#include "entry/dialect.h"

#include "unit.h"

#include <string.h>

#include <phaselock/phaselock.h>

TEST(names_of_requests_are_known)
{
	static const struct {
		const char *function, *name, *malloc;
		unsigned entry;
	} cases[] = {
		{"mallocx", "mallocx", "mallocx", PHASELOCK_ENTRY_MALLOC},
		{"rallocx", "rallocx", "mallocx", PHASELOCK_ENTRY_REALLOC},
		{"dallocx", "dallocx", "mallocx", PHASELOCK_ENTRY_FREE},
		{"sdallocx", "sdallocx", "mallocx", PHASELOCK_ENTRY_FREE_SIZED},
		{"je_malloc", "je_malloc", "je_malloc", PHASELOCK_ENTRY_MALLOC},
		{"je_mallocx", "je_malloc", "je_malloc", PHASELOCK_ENTRY_MALLOC},
		{"je_sdallocx", "je_sdallocx", "je_malloc", PHASELOCK_ENTRY_FREE_SIZED},
		{"je_free", "je_free", "je_malloc", PHASELOCK_ENTRY_FREE},
		{"tc_newarray_nothrow", "tc_new", "tc_malloc", PHASELOCK_ENTRY_NEW},
		{"tc_deletearray", "tc_delete", "tc_malloc", PHASELOCK_ENTRY_DELETE},
		{"tc_cfree", "tc_cfree", "tc_malloc", PHASELOCK_ENTRY_CFREE},
		{"mi_malloc_aligned", "mi_malloc", "mi_malloc", PHASELOCK_ENTRY_MALLOC},
		{"mi_zalloc_small", "mi_zalloc", "mi_malloc", PHASELOCK_ENTRY_CALLOC},
		{"mi_reallocarray", "mi_reallocarray", "mi_malloc", PHASELOCK_ENTRY_REALLOCARRAY},
		{"mi_heap_realloc", "mi_heap_re", "mi_malloc", PHASELOCK_ENTRY_REALLOC},
		{"mi_heap_malloc", "mi_heap_malloc", "mi_malloc", PHASELOCK_ENTRY_MALLOC},
	};

	EACH_ROW(i, cases) {
		const struct pl_dialect *found = pl_dialect_find(cases[i].function);

		assert_non_null(found);
		assert_string_equal(found->name, cases[i].name);
		assert_string_equal(found->malloc, cases[i].malloc);
		assert_int_equal(found->entry, cases[i].entry);
	}
}

TEST(other_names_are_none)
{
	static const char *const names[] = {
		"",	      "m",	     "malloc",		"free",	     "mallocx2",
		"my_mallocx", "sallocx",     "nallocx",		"mallctl",   "je_mallctl",
		"je_",	      "je_sallocx",  "mi_version",	"mi_option", "tc_version",
		"tc_set",     "mi_heap_new", "phaselock_armed",
	};

	EACH_ROW(i, names)
		if (pl_dialect_find(names[i]) != NULL)
			fail_msg("%s", names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_requests_are_known),
		cmocka_unit_test(other_names_are_none),
	};

	return cmocka_run_group_tests_name("dialect", tests, NULL, NULL);
}
