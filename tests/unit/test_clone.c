/* SPDX-License-Identifier: MIT */
/*
 * Suffixes that compilers append to names of functions, and names that only look like it.
 *
 * shows: PL-581
 */
#include "common/clone.h"

#include "unit.h"

#include <string.h>

TEST(suffixes_of_compilers_come_off_and_nothing_else)
{
	static const struct {
		const char *name, *base;
	} cases[] = {
		{"copy_of", "copy_of"},
		{"copy_of.constprop.0", "copy_of"},
		{"copy_of.isra.12", "copy_of"},
		{"copy_of.part.2", "copy_of"},
		{"copy_of.cold", "copy_of"},
		{"copy_of.cold.1", "copy_of"},
		{"copy_of.lto_priv.0", "copy_of"},
		{"copy_of.localalias", "copy_of"},
		{"copy_of.llvm.1234567890123456789", "copy_of"},
		{"copy_of.__uniq.123.llvm.456", "copy_of"},
		{"copy_of.specialized.1", "copy_of"},
		{"copy_of.isra.0.constprop.1.cold", "copy_of"},
		{"_ZN3net6parser4feedEi.part.0", "_ZN3net6parser4feedEi"},
		{"inner.0", "inner"}, /* a function in a function */
		/* of other languages, or of nobody's */
		{"main.copy", "main.copy"},
		{"main.cold.copy", "main.cold.copy"},
		{"main.constproper.0", "main.constproper"},
		{"main.parts", "main.parts"},
		{"main.0x", "main.0x"},
		{"cold", "cold"},
		{"constprop.0", "constprop"},
		{".cold", ".cold"},
		{".0", ".0"},
		{"copy_of.", "copy_of."},
		{"copy_of..0", "copy_of."},
		{"", ""},
		{".", "."},
	};

	EACH_ROW(i, cases)
		if (pl_clone_base(cases[i].name) != strlen(cases[i].base))
			fail_msg("%s: %zu", cases[i].name, pl_clone_base(cases[i].name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suffixes_of_compilers_come_off_and_nothing_else),
	};

	return cmocka_run_group_tests_name("clone", tests, NULL, NULL);
}
