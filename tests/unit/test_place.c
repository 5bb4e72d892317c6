/* SPDX-License-Identifier: MIT */
/*
 * The grammar of places and build-id lines, with paths that look like them.
 *
 * shows: PL-160 (a path may have any character in it)
 * shows: PL-165 (what is no place is not taken for one)
 */
#include "place.h"
#include "unit.h"

#include <string.h>

static struct slice text_of(const char *string)
{
	return (struct slice){string, strlen(string)};
}

static void assert_slice(struct slice slice, const char *wanted)
{
	assert_int_equal(slice.length, strlen(wanted));
	assert_memory_equal(slice.start, wanted, slice.length);
}

TEST(place_has_function_path_and_offsets)
{
	static const struct {
		const char *text, *function;
		uint64_t function_offset;
		const char *path;
		uint64_t offset;
	} cases[] = {
		{"main+0x1c (/opt/prog+0x1160)", "main", 0x1c, "/opt/prog", 0x1160},
		{"(/opt/prog+0x1300)", "", 0, "/opt/prog", 0x1300},
		{"f+0x0 (./lib.so+0xfedcba9876543210)", "f", 0, "./lib.so", 0xfedcba9876543210},
		{"(/a b (1)+0x12)+0x34)", "", 0, "/a b (1)+0x12)", 0x34},
		{"f+0x1 (/a b (1) (c+0x2)+0x34)", "f", 1, "/a b (1) (c+0x2)", 0x34},
		{"(/libstdc++.so.6+0x9)", "", 0, "/libstdc++.so.6", 9},
		{"f(int, char (*)[2])+0xa (/p+0xb)", "f(int, char (*)[2])", 10, "/p", 11},
		{"_Zplv+0x3 (/a < b+0x4)", "_Zplv", 3, "/a < b", 4},
	};

	EACH_ROW(i, cases) {
		struct place place;

		assert_true(place_parse(text_of(cases[i].text), &place));
		assert_slice(place.text, cases[i].text);
		assert_slice(place.function, cases[i].function);
		assert_int_equal(place.function_offset, cases[i].function_offset);
		assert_slice(place.path, cases[i].path);
		assert_int_equal(place.offset, cases[i].offset);
	}
}

TEST(what_is_not_written_as_a_place_is_none)
{
	static const char *const texts[] = {
		"",
		")",
		"()",
		"(+0x1)",
		"(/p+0x)",
		"(/p+0x1",
		"(/p+0x1) ",
		"(/p+1)",
		"(/p+0xG)",
		"(/p+0xAB)",
		"(/p+0x12345678123456781)",
		"/p+0x1)",
		"f (/p+0x1)",
		"f+0x (/p+0x1)",
		"+0x1 (/p+0x1)",
		"f+0x1(/p+0x1)",
		"f+0x1 (+0x1)",
		"0x7f12 in f (/p+0x1)",
	};
	static const char with_nul[] = "(/p\0q+0x1)";
	struct place place;

	EACH_ROW(i, texts)
		assert_false(place_parse(text_of(texts[i]), &place));
	assert_false(place_parse((struct slice){with_nul, sizeof(with_nul) - 1}, &place));
}

TEST(address_is_hexadecimal_and_nothing_else)
{
	assert_true(place_is_address(text_of("0x7f0012345678")));
	assert_false(place_is_address(text_of("0x")));
	assert_false(place_is_address(text_of("7f00")));
	assert_false(place_is_address(text_of("0x7f00 in main")));
}

TEST(list_is_split_behind_whole_places)
{
	static const struct {
		const char *list;
		size_t first;
	} cases[] = {
		{"f+0x1 (/a+0x2) < g+0x3 (/b+0x4)", 14},
		{"f+0x1 (/a < b+0x2) < (/b+0x4)", 18},
		{"0x7f00 < (/b+0x4)", 6},
		{"(/b+0x4)", 8},
		{"f+0x1 (/a cut sho", 17},
		{"", 0},
	};

	EACH_ROW(i, cases)
		assert_int_equal(place_length(text_of(cases[i].list)), cases[i].first);
}

TEST(build_id_line_has_digits_and_a_path)
{
	static const char *const others[] = {
		"  build-id ",	   "  build-id 12",  "  build-id 12 ",	   "  build-id x /p",
		" build-id 12 /p", "  build-id  /p", "  build-id 12AB /p",
	};
	struct build_id id;
	char line[256];

	assert_true(build_id_parse(text_of("  build-id 0123cdef /a b+0x1)"), &id));
	assert_slice(id.hex, "0123cdef");
	assert_slice(id.path, "/a b+0x1)");
	EACH_ROW(i, others)
		assert_false(build_id_parse(text_of(others[i]), &id));
	memset(line, '1', sizeof(line));
	memcpy(line, "  build-id ", 11);
	memcpy(line + sizeof(line) - 3, " /p", 3);
	assert_false(build_id_parse((struct slice){line, sizeof(line)}, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_has_function_path_and_offsets),
		cmocka_unit_test(what_is_not_written_as_a_place_is_none),
		cmocka_unit_test(address_is_hexadecimal_and_nothing_else),
		cmocka_unit_test(list_is_split_behind_whole_places),
		cmocka_unit_test(build_id_line_has_digits_and_a_path),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
