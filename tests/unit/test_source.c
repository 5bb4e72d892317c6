/* SPDX-License-Identifier: MIT */
/*
 * Names of source files: relative to the root of a repository, and as URIs.
 *
 * shows: PL-804
 */
#include "source.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void assert_text(char *text, const char *wanted)
{
	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
}

TEST(path_is_cleaned_of_what_says_nothing)
{
	static const struct {
		const char *path, *clean;
	} rows[] = {
		{"", ""},
		{"/", "/"},
		{".", ""},
		{"..", ".."},
		{"/..", "/"},
		{"/../a", "/a"},
		{"a", "a"},
		{"a/", "a"},
		{"//a//b///", "/a/b"},
		{"./a/./b/.", "a/b"},
		{"a/../b", "b"},
		{"a/..", ""},
		{"/a/..", "/"},
		{"../../a", "../../a"},
		{"a/../../b", "../b"},
		{"/a/b/../../../c", "/c"},
		{"/build/../src/x.c", "/src/x.c"},
		{"...", "..."},
		{"a/..b", "a/..b"},
		{".a/b.", ".a/b."},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_text(source_clean(rows[i].path), rows[i].clean);
}

TEST(path_below_the_root_begins_there)
{
	assert_text(source_below("/src/a.c", "/src"), "a.c");
	assert_text(source_below("/src/../src/./lib/a.c", "/x/../src/"), "lib/a.c");
	assert_text(source_below("/a.c", "/"), "a.c");
}

TEST(path_elsewhere_stays_as_it_is)
{
	assert_text(source_below("/src/a.c", NULL), "/src/a.c");
	assert_text(source_below("/srcs/a.c", "/src"), "/srcs/a.c");
	assert_text(source_below("/src", "/src"), "/src");
	assert_text(source_below("/src/../a.c", "/src"), "/a.c");
	assert_text(source_below("src/a.c", "/src"), "src/a.c");
	assert_text(source_below("/src/a.c", ""), "/src/a.c");
}

TEST(uri_says_any_byte)
{
	char path[256], *uri;

	for (unsigned i = 1; i < 256; i++)
		path[i - 1] = (char)i;
	path[255] = '\0';
	uri = source_uri(path);
	assert_non_null(uri);
	assert_int_equal(strspn(uri,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				"-._~/+%"),
			 strlen(uri));
	free(uri);
	assert_text(source_uri("a b#?%:\xff\n"), "a%20b%23%3F%25%3A%FF%0A");
	assert_text(source_uri("/a/b+c.c"), "file:///a/b+c.c");
	assert_text(source_uri("../a.c"), "../a.c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_is_cleaned_of_what_says_nothing),
		cmocka_unit_test(path_below_the_root_begins_there),
		cmocka_unit_test(path_elsewhere_stays_as_it_is),
		cmocka_unit_test(uri_says_any_byte),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
