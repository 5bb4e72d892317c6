/* SPDX-License-Identifier: MIT */
/*
 * Patterns of names: by a table, compared with libc's fnmatch() for every short pattern and text of
 * a small alphabet, and in bounded time.
 *
 * shows: PL-173 (patterns)
 */
#define _GNU_SOURCE
#include "common/glob.h"

#include "unit.h"

#include <fnmatch.h>
#include <string.h>
#include <time.h>

TEST(each_sign_matches_what_it_stands_for)
{
	static const struct {
		const char *pattern, *text;
		bool wanted;
	} cases[] = {
		{"", "", true},
		{"", "a", false},
		{"a", "", false},
		{"png_read", "png_read", true},
		{"png_read", "png_reads", false},
		{"png_read", "xpng_read", false},
		{"*", "", true},
		{"*", "anything/at.all", true},
		{"**", "a", true},
		{"png_*", "png_", true},
		{"png_*", "png_malloc", true},
		{"png_*", "pnh_malloc", false},
		{"*.so*", "libpng16.so.16", true},
		{"*.so", "libpng16.so.16", false},
		{"a*b*c", "abc", true},
		{"a*b*c", "aXbXbXc", true},
		{"a*b*c", "aXbXcX", false},
		{"?", "a", true},
		{"?", "", false},
		{"?", "ab", false},
		{"?", "\xff", true},
		{"lib[xyz].so", "liby.so", true},
		{"lib[xyz].so", "liba.so", false},
		{"lib[0-9].so", "lib7.so", true},
		{"lib[0-9].so", "libx.so", false},
		{"[a-cx-z]", "y", true},
		{"[a-cx-z]", "d", false},
		{"[!a]", "b", true},
		{"[!a]", "a", false},
		{"[!a]", "", false},
		{"[!a-c]", "b", false},
		{"[a!]", "!", true},
		{"[^a]", "^", true},
		{"[^a]", "b", false},
		{"[]a]", "]", true},
		{"[!]a]", "]", false},
		{"[!]a]", "b", true},
		{"[a-]", "-", true},
		{"a\\nb", "a\nb", true}, /* as a report has it */
		{"a\\nb", "anb", false},
		{"a\\\\nb", "a\\nb", true},
		{"\\xe2\\x80\\xae*",
		 "\xe2\x80\xae"
		 "abc",
		 true},
		{"\\x1b[[]", "\x1b[", true},
		{"[\\x01-\\x1f]", "\x1b", true},
		{"\\x1", "x1", true},
		{"\\X1B", "X1B", true},
		{"[-a]", "-", true},
		{"[--/]", ".", true},
		{"[z-a]", "m", false},
		{"[\\]]", "]", true},
		{"[\\]]", "\\", false},
		{"[a\\-z]", "m", false},
		{"[a\\-z]", "-", true},
		{"[\x80-\xff]", "\xc3", true},
		{"[*]", "*", true},
		{"[*]", "a", false},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"\\\\", "\\", true},
		{"\\a", "a", true},
		{"a\\[b", "a[b", true},
		{"*[!/]", "a/", false},
		{"*.[ch]", "file.c", true},
		{"/usr/*/lib*.so", "/usr/lib/x/liba.so", true},
		{".*", ".hidden", true},
		{"*", ".hidden", true},
	};

	EACH_ROW(i, cases) {
		if (pl_glob_matches(cases[i].pattern, cases[i].text) != cases[i].wanted)
			fail_msg("%s on %s", cases[i].pattern, cases[i].text);
		assert_true(pl_glob_is_valid(cases[i].pattern));
	}
}

TEST(pattern_that_ends_within_a_sign_is_not_valid)
{
	static const char *const patterns[] = {"[",    "[!",  "[a",	"[]",	 "[!]",	 "[a-",
					       "\\",   "a\\", "[\\",	"[a\\",	 "[\\]", "a[",
					       "*[b*", "[]a", "x[y]z[", "\\\\\\"};

	EACH_ROW(i, patterns)
		if (pl_glob_is_valid(patterns[i]))
			fail_msg("%s is valid", patterns[i]);
}

/* The number's digits to the base of the alphabet; returns false if there is no such string. */
static bool spell(unsigned number, const char *alphabet, char *string, size_t most)
{
	unsigned base = (unsigned)strlen(alphabet);
	size_t length = 0;

	for (; number > 0; number = (number - 1) / base) {
		if (length == most)
			return false;
		string[length++] = alphabet[(number - 1) % base];
	}
	string[length] = '\0';
	return true;
}

TEST(every_short_pattern_agrees_with_fnmatch)
{
	char pattern[8], text[8];
	unsigned long compared = 0, matched = 0;

	for (unsigned p = 0; spell(p, "ab*?[]!-\\", pattern, 5); p++) {
		if (!pl_glob_is_valid(pattern))
			continue;
		for (unsigned t = 0; spell(t, "ab]-", text, 4); t++) {
			bool wanted = fnmatch(pattern, text, 0) == 0;

			compared++;
			matched += wanted;
			if (pl_glob_matches(pattern, text) != wanted)
				fail_msg("%s on %s: fnmatch() says %d", pattern, text, wanted);
		}
	}
	assert_true(compared > 1000000 && matched > 10000);
}

TEST(many_stars_take_no_longer_than_the_product_of_the_lengths)
{
	char pattern[512], text[4096];
	clock_t begin = clock();

	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 3);
	strcpy(pattern + strlen(pattern) - 1, "b");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned i = 0; i < 100; i++)
		assert_false(pl_glob_matches(pattern, text));
	assert_true(clock() - begin < 10 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sign_matches_what_it_stands_for),
		cmocka_unit_test(pattern_that_ends_within_a_sign_is_not_valid),
		cmocka_unit_test(every_short_pattern_agrees_with_fnmatch),
		cmocka_unit_test(many_stars_take_no_longer_than_the_product_of_the_lengths),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
