/* SPDX-License-Identifier: MIT */
/*
 * The file of suppressions=: which lines are patterns, the messages about lines that are none, and
 * the list at the end.
 *
 * shows: PL-173 (the file), PL-175, PL-176 (the words)
 */
#define _GNU_SOURCE
#include "common/suppress.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char said[65536];

/* Takes a text of that length; returns the faults, whose lines are in said[]. */
static unsigned parse_bytes(const char *text, size_t length)
{
	struct pl_text errors = pl_text_in(said, sizeof(said));

	return pl_suppress_parse(text, length, "supp.txt", &errors);
}

static unsigned parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void assert_pattern(unsigned number, enum pl_suppress_kind kind, const char *glob,
			   unsigned line)
{
	const struct pl_suppress_pattern *pattern = pl_suppress_pattern(number);

	assert_non_null(pattern);
	assert_int_equal(pattern->kind, kind);
	assert_string_equal(pattern->glob, glob);
	assert_int_equal(pattern->line, line);
}

TEST(each_kind_is_read_with_its_line)
{
	assert_int_equal(parse("function:png_*\n"
			       "# a comment: module:x\n"
			       "\n"
			       "module:libbar.so*\n"
			       " \t stack:/opt/vendor/*\n"),
			 0);
	assert_string_equal(said, "");
	assert_pattern(0, PL_SUPPRESS_FUNCTION, "png_*", 1);
	assert_pattern(1, PL_SUPPRESS_MODULE, "libbar.so*", 4);
	assert_pattern(2, PL_SUPPRESS_STACK, "/opt/vendor/*", 5);
	assert_null(pl_suppress_pattern(3));
	assert_null(pl_suppress_pattern(256));
	assert_null(pl_suppress_pattern(UINT32_MAX));
}

TEST(blanks_around_a_line_and_behind_its_colon_are_nothing)
{
	assert_int_equal(parse("\t function: \t png *\t \n   # comment\n \t \n module:a#b"), 0);
	assert_pattern(0, PL_SUPPRESS_FUNCTION, "png *", 1);
	assert_pattern(1, PL_SUPPRESS_MODULE, "a#b", 4);
}

TEST(line_ends_of_windows_and_a_last_line_without_end_are_read)
{
	assert_int_equal(parse("function:a\r\n\r\n# c\r\nmodule:b\r\nstack:c"), 0);
	assert_pattern(0, PL_SUPPRESS_FUNCTION, "a", 1);
	assert_pattern(1, PL_SUPPRESS_MODULE, "b", 4);
	assert_pattern(2, PL_SUPPRESS_STACK, "c", 5);
	assert_int_equal(parse("function:a\r"), 0);
	assert_pattern(0, PL_SUPPRESS_FUNCTION, "a", 1);
}

TEST(texts_without_a_pattern_are_right_and_leave_none)
{
	static const char *const texts[] = {"", "\n", "\n\n\n", "#", " # x", "\r\n", "  "};

	EACH_ROW(i, texts) {
		assert_int_equal(parse("stack:old"), 0);
		assert_int_equal(parse(texts[i]), 0);
		assert_null(pl_suppress_pattern(0));
	}
}

TEST(each_malformed_line_is_named_and_the_others_hold)
{
	static const struct {
		const char *line, *wanted;
	} cases[] = {
		{"foo", "want function:, module: or stack: and a pattern: \"foo\""},
		{"foo:bar", "want function:, module: or stack: and a pattern: \"foo:bar\""},
		{"Function:a", "want function:, module: or stack: and a pattern: \"Function:a\""},
		{"function", "want function:, module: or stack: and a pattern: \"function\""},
		{"function :a", "want function:, module: or stack: and a pattern: \"function :a\""},
		{"function:", "want function:, module: or stack: and a pattern: \"function:\""},
		{"module: \t", "want function:, module: or stack: and a pattern: \"module:\""},
		{":a", "want function:, module: or stack: and a pattern: \":a\""},
		{"\xef\xbb\xbfstack:a",
		 "want function:, module: or stack: and a pattern: \"???stack:a\""},
		{"say \"\033[1m\"",
		 "want function:, module: or stack: and a pattern: \"say ??[1m?\""},
		{"stack:lib[a", "a [ without its ], or nothing behind a \\: \"stack:lib[a\""},
		{"stack:lib\\", "a [ without its ], or nothing behind a \\: \"stack:lib\\\""},
	};

	EACH_ROW(i, cases) {
		char text[256], wanted[256];

		snprintf(text, sizeof(text), "stack:before\n%s\nstack:behind\n", cases[i].line);
		snprintf(wanted, sizeof(wanted), "phaselock: suppressions supp.txt:2: %s\n",
			 cases[i].wanted);
		assert_int_equal(parse(text), 1);
		assert_string_equal(said, wanted);
		assert_pattern(0, PL_SUPPRESS_STACK, "before", 1);
		assert_pattern(1, PL_SUPPRESS_STACK, "behind", 3);
		assert_null(pl_suppress_pattern(2));
	}
}

TEST(every_fault_has_its_line)
{
	assert_int_equal(parse("a\nstack:x\nb\n\nc"), 3);
	assert_non_null(strstr(said, "supp.txt:1: want "));
	assert_non_null(strstr(said, "supp.txt:3: want "));
	assert_non_null(strstr(said, "supp.txt:5: want "));
}

TEST(nul_byte_is_a_fault_of_its_line)
{
	static const char text[] = "stack:a\nstack:b\0c\nstack:d\n\0";

	assert_int_equal(parse_bytes(text, sizeof(text) - 1), 2);
	assert_string_equal(
		said, "phaselock: suppressions supp.txt:2: a NUL byte in the line: \"stack:b\"\n"
		      "phaselock: suppressions supp.txt:4: a NUL byte in the line: \"\"\n");
	assert_pattern(1, PL_SUPPRESS_STACK, "d", 3);
	assert_null(pl_suppress_pattern(2));
}

TEST(line_of_more_than_512_bytes_is_a_fault)
{
	char text[600] = "stack:";

	memset(text + 6, 'a', 512 - 6);
	strcpy(text + 512, "\nstack:b");
	assert_int_equal(parse(text), 0);
	assert_int_equal(strlen(pl_suppress_pattern(0)->glob), 512 - 6);
	strcpy(text + 512, "a\nstack:b");
	assert_int_equal(parse(text), 1);
	assert_string_equal(
		said, "phaselock: suppressions supp.txt:1: more than 512 bytes in the line\n");
	assert_pattern(0, PL_SUPPRESS_STACK, "b", 2);
}

TEST(what_is_shown_of_a_long_line_is_cut)
{
	char text[300];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(parse(text), 1);
	assert_true(strlen(said) < 160);
	assert_non_null(strstr(said, "xxx...\"\n"));
}

TEST(pattern_number_257_is_a_fault_and_the_first_256_hold)
{
	char text[8192] = "";

	for (unsigned i = 0; i < 256; i++)
		sprintf(text + strlen(text), "stack:%u\n", i);
	strcat(text, "# a comment is none\n\n");
	assert_int_equal(parse(text), 0);
	assert_pattern(255, PL_SUPPRESS_STACK, "255", 256);
	strcat(text, "stack:more\nstack:still more\n");
	assert_int_equal(parse(text), 1);
	assert_string_equal(said, "phaselock: suppressions supp.txt:259: more than 256 patterns; "
				  "the rest is not read\n");
	assert_pattern(255, PL_SUPPRESS_STACK, "255", 256);
	assert_null(pl_suppress_pattern(256));
}

TEST(text_of_more_than_32_KiB_is_read_up_to_its_last_whole_line)
{
	size_t size = 40000;
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, ' ', size);
	for (size_t i = 1000; i < size; i += 1000)
		memcpy(text + i, "\nstack:a", 8);
	assert_int_equal(parse_bytes(text, 32768), 0);
	assert_int_equal(parse_bytes(text, size), 1);
	assert_string_equal(said, "phaselock: suppressions supp.txt: more than 32768 bytes; the "
				  "rest is not read\n");
	assert_pattern(30, PL_SUPPRESS_STACK, "a", 32);
	assert_null(pl_suppress_pattern(31));
	memset(text, 'x', size); /* no whole line */
	assert_int_equal(parse_bytes(text, size), 1);
	free(text);
}

TEST(text_of_the_largest_size_fits)
{
	static char text[PL_SUPPRESS_FILE_MAX];

	memset(text, '\n', sizeof(text));
	for (size_t i = 0; i < 63; i++) {
		memcpy(text + i * 513, "stack:", 6);
		memset(text + i * 513 + 6, 'a' + (int)(i % 26), 506);
	}
	assert_int_equal(parse_bytes(text, sizeof(text)), 0);
	for (unsigned i = 0; i < 63; i++) {
		assert_int_equal(strlen(pl_suppress_pattern(i)->glob), 506);
		assert_int_equal(pl_suppress_pattern(i)->glob[0], 'a' + (int)(i % 26));
	}
}

/* ---- the file -------------------------------------------------------------------------------- */

static char folder[] = "/tmp/phaselock-suppress-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/supp", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void write_file(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void assert_read_fails(const char *name, const char *why)
{
	struct pl_text errors = pl_text_in(said, sizeof(said));
	char wanted[256];

	parse("stack:old");
	errors = pl_text_in(said, sizeof(said));
	assert_int_equal(pl_suppress_read(name, &errors), 1);
	snprintf(wanted, sizeof(wanted), "phaselock: suppressions %s: cannot be read: %s\n", name,
		 why);
	assert_string_equal(said, wanted);
	assert_null(pl_suppress_pattern(0));
}

TEST(file_is_read_as_its_text_is)
{
	struct pl_text errors = pl_text_in(said, sizeof(said));

	write_file("stack:a\nnonsense\nmodule:b", 25);
	assert_int_equal(pl_suppress_read(path, &errors), 1);
	assert_non_null(strstr(said, "/supp:2: want "));
	assert_pattern(0, PL_SUPPRESS_STACK, "a", 1);
	assert_pattern(1, PL_SUPPRESS_MODULE, "b", 3);
}

TEST(huge_file_is_a_fault_and_its_beginning_holds)
{
	struct pl_text errors = pl_text_in(said, sizeof(said));
	char *text = malloc(1 << 20);

	assert_non_null(text);
	memset(text, '\n', 1 << 20);
	memcpy(text, "stack:a\n", 8);
	write_file(text, 1 << 20);
	free(text);
	assert_int_equal(pl_suppress_read(path, &errors), 1);
	assert_non_null(strstr(said, "/supp: more than 32768 bytes"));
	assert_pattern(0, PL_SUPPRESS_STACK, "a", 1);
	assert_int_equal(truncate(path, 32768), 0);
	errors = pl_text_in(said, sizeof(said));
	assert_int_equal(pl_suppress_read(path, &errors), 0);
}

TEST(file_that_cannot_be_read_is_named_with_the_reason)
{
	assert_read_fails("/none/supp", "No such file or directory");
	assert_read_fails(folder, "not a regular file");
	assert_read_fails("/dev/null", "not a regular file");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_read_fails(path, "not a regular file");
	unlink(path);
	assert_int_equal(symlink(path, path), 0);
	assert_read_fails(path, "Too many levels of symbolic links");
	unlink(path);
	if (geteuid() != 0) {
		write_file("", 0);
		chmod(path, 0);
		assert_read_fails(path, "Permission denied");
	}
}

/* ---- what is told ---------------------------------------------------------------------------- */

static const char *told(unsigned number, bool unmatched)
{
	struct pl_text text = pl_text_in(said, sizeof(said));

	pl_suppress_tell(number, unmatched, &text);
	return said;
}

TEST(pattern_tells_how_often_it_matched_or_that_it_did_not)
{
	assert_int_equal(parse("\n\nfunction:png_*\nstack:x\"\033\nmodule:libbar.so*"), 0);
	assert_string_equal(told(0, false), "");
	assert_string_equal(
		told(2, true),
		"phaselock: suppressions: supp.txt:5: module:libbar.so* matched nothing\n");
	pl_suppress_count(0);
	assert_string_equal(told(0, false),
			    "phaselock: suppressed: 1 request by function:png_* (supp.txt:3)\n");
	for (unsigned i = 0; i < 11; i++)
		pl_suppress_count(0);
	assert_string_equal(told(0, false),
			    "phaselock: suppressed: 12 requests by function:png_* (supp.txt:3)\n");
	assert_string_equal(told(0, true), "");
	assert_string_equal(told(1, true),
			    "phaselock: suppressions: supp.txt:4: stack:x?? matched nothing\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_read_with_its_line),
		cmocka_unit_test(blanks_around_a_line_and_behind_its_colon_are_nothing),
		cmocka_unit_test(line_ends_of_windows_and_a_last_line_without_end_are_read),
		cmocka_unit_test(texts_without_a_pattern_are_right_and_leave_none),
		cmocka_unit_test(each_malformed_line_is_named_and_the_others_hold),
		cmocka_unit_test(every_fault_has_its_line),
		cmocka_unit_test(nul_byte_is_a_fault_of_its_line),
		cmocka_unit_test(line_of_more_than_512_bytes_is_a_fault),
		cmocka_unit_test(what_is_shown_of_a_long_line_is_cut),
		cmocka_unit_test(pattern_number_257_is_a_fault_and_the_first_256_hold),
		cmocka_unit_test(text_of_more_than_32_KiB_is_read_up_to_its_last_whole_line),
		cmocka_unit_test(text_of_the_largest_size_fits),
		cmocka_unit_test(file_is_read_as_its_text_is),
		cmocka_unit_test(huge_file_is_a_fault_and_its_beginning_holds),
		cmocka_unit_test(file_that_cannot_be_read_is_named_with_the_reason),
		cmocka_unit_test(pattern_tells_how_often_it_matched_or_that_it_did_not),
	};

	return cmocka_run_group_tests_name("suppress", tests, make_folder, remove_folder);
}
