/* SPDX-License-Identifier: MIT */
/*
 * Escaped names: the command finds the file that the library named, whatever its name is.
 *
 * shows: PL-534 PL-660 PL-662
 */
#define _GNU_SOURCE
#include "escape.h"
#include "common/format.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void assert_undone(const char *escaped, const char *wanted)
{
	char *name = escape_undo((struct slice){escaped, strlen(escaped)});

	assert_non_null(name);
	assert_string_equal(name, wanted);
	free(name);
}

TEST(any_two_bytes_come_back_and_are_no_control_characters_meanwhile)
{
	for (unsigned first = 1; first < 256; first++)
		for (unsigned second = 0; second < 256; second++) {
			const char name[] = {(char)first, (char)second, '\0'};
			char escaped[16];
			struct pl_text text = pl_text_in(escaped, sizeof(escaped));

			pl_text_escape(&text, name, SIZE_MAX);
			for (const char *c = escaped; *c != '\0'; c++)
				assert_true((unsigned char)*c >= ' ' && *c != 127);
			assert_undone(escaped, name);
		}
}

TEST(what_is_no_escape_stays)
{
	assert_undone("", "");
	assert_undone("/usr/lib", "/usr/lib");
	assert_undone("\\", "\\");
	assert_undone("a\\", "a\\");
	assert_undone("\\t\\x\\x1\\xg1\\x1G\\X1b", "\\t\\x\\x1\\xg1\\x1G\\X1b");
	assert_undone("a\\x00b", "a\\x00b"); /* no name has a NUL in it */
}

TEST(only_the_slice_is_read)
{
	char *name = escape_undo((struct slice){"a\\n", 2});

	assert_string_equal(name, "a\\");
	free(name);
}

TEST(name_is_written_on_one_line)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	escape_write("a\nb\x1b\\\xc3\xa9\xc3", out);
	fclose(out);
	assert_string_equal(text, "a\\nb\\x1b\\\\\xc3\xa9\\xc3");
	free(text);
}

static const char *code(const char *name)
{
	static char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	text[0] = '\0';
	assert_non_null(out);
	escape_write_code(name, out);
	fclose(out);
	return text;
}

TEST(name_in_markdown_is_code_to_its_end)
{
	assert_string_equal(code(""), "");
	assert_string_equal(code("@someone <b>|x|"), "`@someone <b>\\|x\\|`");
	assert_string_equal(code("a`b``c"), "```a`b``c```");
	assert_string_equal(code("`a"), "`` `a ``");
	assert_string_equal(code(" a "), "`  a  `");
	assert_string_equal(code("  "), "`  `");
	assert_string_equal(code("a\\|\n"), "`a\\\\\\|\\n`");
}

TEST(lines_of_others_have_their_ends_and_do_not_begin_as_ours)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	static const char sent[] =
		"phaselock run: PASS\n\nphaselock: a\\x1b\t\x1b\0\n phaselock run";

	assert_non_null(out);
	escape_write_lines((struct slice){sent, sizeof(sent) - 1}, out);
	escape_write_lines((struct slice){"", 0}, out);
	fclose(out);
	assert_string_equal(text, "\\x70haselock run: PASS\n\nphaselock: a\\x1b\t\\x1b\\x00\n"
				  " phaselock run\n");
	free(text);
}

TEST(copy_is_what_is_written)
{
	char *copy = escape_copy("a\n\\");

	assert_string_equal(copy, "a\\n\\\\");
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_two_bytes_come_back_and_are_no_control_characters_meanwhile),
		cmocka_unit_test(what_is_no_escape_stays),
		cmocka_unit_test(only_the_slice_is_read),
		cmocka_unit_test(name_is_written_on_one_line),
		cmocka_unit_test(name_in_markdown_is_code_to_its_end),
		cmocka_unit_test(lines_of_others_have_their_ends_and_do_not_begin_as_ours),
		cmocka_unit_test(copy_is_what_is_written),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
