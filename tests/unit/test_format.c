/* SPDX-License-Identifier: MIT */
/*
 * Text without stdio: compared with snprintf() where that has the same directive, and cut at every
 * length.
 *
 * shows: PL-036 (the number of a report)
 * shows: PL-040 (text is made in the caller's buffer, which is never left)
 * shows: PL-534 (what a name may have in it when it is written)
 */
#include "common/format.h"
#include "unit.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define UNTOUCHED '#'

TEST(new_text_is_empty_and_terminated)
{
	char buffer[4] = "abc";
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	assert_string_equal(buffer, "");
	assert_int_equal(text.length, 0);
	assert_int_equal(text.capacity, sizeof(buffer));
}

TEST(numbers_are_written_as_printf_writes_them)
{
	static const uint64_t numbers[] = {0,
					   9,
					   10,
					   15,
					   16,
					   255,
					   256,
					   99,
					   100,
					   UINT32_MAX,
					   INT64_MAX,
					   UINT64_MAX,
					   UINT64_MAX - 1,
					   1000000007,
					   (uint64_t)INT64_MAX + 1};

	EACH_ROW(i, numbers) {
		char is[64], wanted[64];
		struct pl_text text = pl_text_in(is, sizeof(is));

		pl_text_append(&text, "%lu %lx", numbers[i], numbers[i]);
		snprintf(wanted, sizeof(wanted), "%lu %lx", numbers[i], numbers[i]);
		assert_string_equal(is, wanted);
		assert_int_equal(text.length, strlen(wanted));
	}
}

TEST(strings_pointers_and_percent_are_written_in_order)
{
	char buffer[64];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));
	const char *volatile none =
		NULL; /* volatile: the compiler would warn of a null pointer that it sees */

	pl_text_append(&text, "[%s|%s|%p|%p|%%]", "word", none, (void *)0xabc0, (void *)0);
	assert_string_equal(buffer, "[word|?|0xabc0|0x0|%]");
}

TEST(appended_text_follows_what_was_there)
{
	char buffer[16];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text, "%s", "one");
	pl_text_append(&text, "%s", "");
	pl_text_append(&text, "-%lu", (uint64_t)2);
	assert_string_equal(buffer, "one-2");
	assert_int_equal(text.length, 5);
}

TEST(text_is_cut_and_terminated_at_every_length)
{
	static const char whole[] = "malloc(18446744073709551615) 0x7fff %1st?x?";
	char buffer[sizeof(whole) + 8];

	for (size_t capacity = 1; capacity <= sizeof(whole) + 4; capacity++) {
		size_t fits = capacity - 1 < strlen(whole) ? capacity - 1 : strlen(whole);
		struct pl_text text;

		memset(buffer, UNTOUCHED, sizeof(buffer));
		text = pl_text_in(buffer, capacity);
		pl_text_append(&text, "%s(%lu) %p %%", "malloc", UINT64_MAX, (void *)0x7fff);
		pl_text_ordinal(&text, 1);
		pl_text_quote(&text, "\nx\"");
		assert_int_equal(text.length, fits);
		assert_memory_equal(buffer, whole, fits);
		assert_int_equal(buffer[fits], '\0');
		for (size_t i = capacity; i < sizeof(buffer); i++)
			assert_int_equal(buffer[i], UNTOUCHED);
	}
}

TEST(ordinals_have_their_english_endings)
{
	static const struct {
		uint64_t number;
		const char *wanted;
	} cases[] = {
		{0, "0th"},	  {1, "1st"},
		{2, "2nd"},	  {3, "3rd"},
		{4, "4th"},	  {9, "9th"},
		{10, "10th"},	  {11, "11th"},
		{12, "12th"},	  {13, "13th"},
		{14, "14th"},	  {19, "19th"},
		{20, "20th"},	  {21, "21st"},
		{22, "22nd"},	  {23, "23rd"},
		{24, "24th"},	  {100, "100th"},
		{101, "101st"},	  {111, "111th"},
		{112, "112th"},	  {113, "113th"},
		{121, "121st"},	  {1011, "1011th"},
		{1021, "1021st"}, {UINT64_MAX, "18446744073709551615th"},
	};

	EACH_ROW(i, cases) {
		char buffer[32];
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		pl_text_ordinal(&text, cases[i].number);
		assert_string_equal(buffer, cases[i].wanted);
	}
}

TEST(quoting_replaces_control_characters_and_quotes_alone)
{
	for (int c = 1; c <= UCHAR_MAX; c++) {
		char string[2] = {(char)c, '\0'};
		bool bad =
			c < ' ' || c == '"' || c >= 127; /* above that, a byte alone is no UTF-8 */
		char buffer[4];
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		pl_text_quote(&text, string);
		assert_string_equal(buffer, bad ? "?" : string);
	}
}

TEST(quoting_leaves_utf8_as_it_is)
{
	char buffer[64];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_quote(&text, "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\xc2\x9b[\xe2\x82");
	assert_string_equal(buffer, "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80??[??");
}

TEST(escaping_leaves_what_cannot_harm_and_nothing_else)
{
	static const struct {
		const char *name, *wanted;
	} cases[] = {
		{"/usr/lib/libc.so.6", "/usr/lib/libc.so.6"},
		{"a b (1)+\"'?", "a b (1)+\"'?"},
		{"a\nphaselock run: PASS\n", "a\\nphaselock run: PASS\\n"},
		{"\x1b[31m\r\t\x7f\x01", "\\x1b[31m\\x0d\\x09\\x7f\\x01"},
		{"a\\n\\", "a\\\\n\\\\"},
		{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{"\xc2\x9b", "\\xc2\\x9b"},			       /* CSI, as one character */
		{"\xe9t\xe9", "\\xe9t\\xe9"},			       /* Latin-1 */
		{"\xc0\xae\xe0\x80\xae", "\\xc0\\xae\\xe0\\x80\\xae"}, /* longer than needed */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},		       /* a surrogate */
		{"\xf4\x90\x80\x80\xff", "\\xf4\\x90\\x80\\x80\\xff"}, /* beyond the last one */
		{"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},
		{"\xe2\x82", "\\xe2\\x82"}, /* cut */
		{"\xe2\x80\xae"
		 "c.evil",
		 "\\xe2\\x80\\xaec.evil"},
	};

	EACH_ROW(i, cases) {
		char buffer[128];
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		pl_text_escape(&text, cases[i].name, SIZE_MAX);
		assert_string_equal(buffer, cases[i].wanted);
	}
}

TEST(escaped_name_is_cut_with_dots_where_it_is_too_long)
{
	char buffer[32];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_escape(&text, "abc", 3);
	pl_text_escape(&text, "\n\nabc", 2);
	pl_text_escape(&text, "", 0);
	assert_string_equal(buffer, "abc\\n\\n...");
}

TEST(name_is_cut_between_characters)
{
	char buffer[8];

	for (size_t capacity = 1; capacity <= sizeof(buffer); capacity++) {
		struct pl_text text = pl_text_in(buffer, capacity);

		pl_text_escape(&text, "\xe2\x82\xac\n\xe2\x82\xac", SIZE_MAX);
		assert_int_equal(text.length, capacity < 4 ? 0 : capacity < 6 ? 3 : 5);
		text = pl_text_in(buffer, capacity);
		pl_text_quote(&text, "\xe2\x82\xac\xe2\x82\xac");
		assert_int_equal(text.length, capacity < 4 ? 0 : capacity < 7 ? 3 : 6);
	}
}

TEST(base_name_is_what_follows_the_last_slash)
{
	assert_string_equal(pl_base_name("/usr/lib/libc.so.6"), "libc.so.6");
	assert_string_equal(pl_base_name("program"), "program");
	assert_string_equal(pl_base_name("folder/"), "");
	assert_string_equal(pl_base_name(""), "");
}

TEST(path_has_the_process_id_wherever_it_is_asked_for)
{
	char buffer[32];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_path(&text, "a.%p.%p%", 12);
	assert_string_equal(buffer, "a.12.12%");
	text = pl_text_in(buffer, 5);
	pl_text_path(&text, "%p%p", 123);
	assert_string_equal(buffer, "1231");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_text_is_empty_and_terminated),
		cmocka_unit_test(numbers_are_written_as_printf_writes_them),
		cmocka_unit_test(strings_pointers_and_percent_are_written_in_order),
		cmocka_unit_test(appended_text_follows_what_was_there),
		cmocka_unit_test(text_is_cut_and_terminated_at_every_length),
		cmocka_unit_test(ordinals_have_their_english_endings),
		cmocka_unit_test(quoting_replaces_control_characters_and_quotes_alone),
		cmocka_unit_test(quoting_leaves_utf8_as_it_is),
		cmocka_unit_test(escaping_leaves_what_cannot_harm_and_nothing_else),
		cmocka_unit_test(escaped_name_is_cut_with_dots_where_it_is_too_long),
		cmocka_unit_test(name_is_cut_between_characters),
		cmocka_unit_test(base_name_is_what_follows_the_last_slash),
		cmocka_unit_test(path_has_the_process_id_wherever_it_is_asked_for),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
