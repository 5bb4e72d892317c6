/* SPDX-License-Identifier: MIT */
/*
 * What a foreign name may contain: each byte and each character of Unicode, in each form.
 *
 * shows: PL-660 (one rule for all that is foreign)
 * shows: PL-661 (letters stay)
 */
#include "common/quote.h"
#include "unit.h"

#include <string.h>

static const char *quoted(const char *text, size_t length, enum pl_quote form)
{
	static char all[512];
	char one[PL_QUOTED_SIZE];

	all[0] = '\0';
	while (length > 0) {
		size_t done = pl_quote(text, length, form, one);

		assert_in_range(done, 1, length);
		assert_true(strlen(all) + strlen(one) < sizeof(all));
		strcat(all, one);
		text += done;
		length -= done;
	}
	return all;
}

static void assert_quoted(const char *text, enum pl_quote form, const char *wanted)
{
	assert_string_equal(quoted(text, strlen(text), form), wanted);
}

/* By the definition of UTF-8, not by the function that reads it. */
static size_t encode(uint32_t character, char out[4])
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 63));
		return 2;
	}
	if (character < 0x10000) {
		out[0] = (char)(0xe0 | character >> 12);
		out[1] = (char)(0x80 | (character >> 6 & 63));
		out[2] = (char)(0x80 | (character & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | character >> 18);
	out[1] = (char)(0x80 | (character >> 12 & 63));
	out[2] = (char)(0x80 | (character >> 6 & 63));
	out[3] = (char)(0x80 | (character & 63));
	return 4;
}

TEST(a_byte_alone_stands_as_it_is_if_it_can_be_printed_in_ascii)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		const char text = (char)byte;

		assert_int_equal(pl_quote_plain(&text, 1), byte >= ' ' && byte < 127);
	}
}

TEST(characters_that_hide_or_turn_text_around_never_stand_as_they_are)
{
	static const uint32_t hidden[] = {
		0x00,	0x09,	0x0a,	 0x1b,	  0x7f,	   0x80,    0x85,     0x9b,    0x9f,
		0xad,	0x61c,	0x200b,	 0x200e,  0x200f,  0x2028,  0x2029,   0x202a,  0x202b,
		0x202c, 0x202d, 0x202e,	 0x2060,  0x2066,  0x2067,  0x2068,   0x2069,  0xfeff,
		0xfff9, 0xfffe, 0xffff,	 0xfdd0,  0x34f,   0x115f,  0x1160,   0x17b4,  0x3164,
		0xffa0, 0xfff0, 0x1bca0, 0x1d173, 0xe0fff, 0x1fffe, 0x10ffff, 0xe0001, 0xe0041,
		0xd800, 0xdbff, 0xdc00,	 0xdfff};

	EACH_ROW(i, hidden) {
		char text[4];
		size_t length = encode(hidden[i], text);

		assert_int_equal(pl_quote_plain(text, length), 0);
		for (const char *c = quoted(text, length, PL_QUOTE_NAME); *c != '\0'; c++)
			assert_in_range(*c, ' ', 126);
	}
}

TEST(letters_of_all_scripts_stay)
{
	static const char *const names[] = {
		"main",
		"caf\xc3\xa9",
		"\xd0\x96\xd1\x83\xd0\xba",	    /* Cyrillic */
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", /* Hebrew: no sign of direction */
		"\xe5\x87\xbd\xe6\x95\xb0",	    /* Chinese */
		"\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7", /* Devanagari, with a joiner */
		"\xf0\x9f\x98\x80",
	};

	EACH_ROW(i, names)
		for (unsigned form = PL_QUOTE_NAME; form <= PL_QUOTE_XML; form++)
			assert_quoted(names[i], (enum pl_quote)form, names[i]);
}

TEST(every_character_is_whole_or_escaped_byte_by_byte)
{
	for (uint32_t character = 0; character <= 0x10ffff; character++) {
		char text[4], one[PL_QUOTED_SIZE];
		size_t length = encode(character, text);
		size_t done = pl_quote(text, length, PL_QUOTE_NAME, one);

		if (strlen(one) == length && memcmp(one, text, length) == 0)
			assert_int_equal(done, length);
		else
			assert_true(done == 1 && one[0] == '\\');
	}
}

TEST(what_is_no_utf8_is_escaped_byte_by_byte)
{
	assert_quoted("\xe9t\xe9", PL_QUOTE_NAME, "\\xe9t\\xe9");
	assert_quoted("\x9b\x33\x31m", PL_QUOTE_NAME, "\\x9b31m"); /* CSI, as one byte */
	assert_quoted("\xc0\x8a\xe0\x80\x8a", PL_QUOTE_NAME, "\\xc0\\x8a\\xe0\\x80\\x8a");
	assert_quoted("\xed\xa0\xbd\xed\xb8\x80", PL_QUOTE_NAME, "\\xed\\xa0\\xbd\\xed\\xb8\\x80");
	assert_quoted("\xf4\x90\x80\x80\xf8\xff", PL_QUOTE_NAME, "\\xf4\\x90\\x80\\x80\\xf8\\xff");
}

TEST(nothing_is_read_behind_the_text)
{
	static const char euro[] = "\xe2\x82\xac";

	assert_string_equal(quoted(euro, 2, PL_QUOTE_NAME), "\\xe2\\x82");
	assert_string_equal(quoted(euro, 3, PL_QUOTE_NAME), euro);
	assert_string_equal(quoted("a\0b", 3, PL_QUOTE_LINE), "a\\x00b");
}

TEST(each_form_has_its_own_markup)
{
	static const char text[] = "a\\b\t|<&>\"'`@c";

	assert_quoted(text, PL_QUOTE_NAME, "a\\\\b\\x09|<&>\"'`@c");
	assert_quoted(text, PL_QUOTE_LINE, "a\\b\t|<&>\"'`@c");
	assert_quoted(text, PL_QUOTE_MARKDOWN, "a\\\\b\\x09\\|<&>\"'`@c");
	assert_quoted(text, PL_QUOTE_XML, "a\\\\b\\x09|&lt;&amp;&gt;&quot;&#39;`@c");
}

TEST(line_that_was_quoted_stays_as_it_is)
{
	for (unsigned first = 1; first < 256; first++) {
		const char name[] = {(char)first, '\\', '\xc3', '\xa9', '\0'};
		char once[64];

		strcpy(once, quoted(name, 4, PL_QUOTE_NAME));
		assert_quoted(once, PL_QUOTE_LINE, once);
	}
}

TEST(fence_is_longer_than_any_in_the_name)
{
	assert_int_equal(pl_quote_fence(""), 1);
	assert_int_equal(pl_quote_fence("plain"), 1);
	assert_int_equal(pl_quote_fence("a`b``"), 3);
	assert_int_equal(pl_quote_fence("```a`"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_alone_stands_as_it_is_if_it_can_be_printed_in_ascii),
		cmocka_unit_test(characters_that_hide_or_turn_text_around_never_stand_as_they_are),
		cmocka_unit_test(letters_of_all_scripts_stay),
		cmocka_unit_test(every_character_is_whole_or_escaped_byte_by_byte),
		cmocka_unit_test(what_is_no_utf8_is_escaped_byte_by_byte),
		cmocka_unit_test(nothing_is_read_behind_the_text),
		cmocka_unit_test(each_form_has_its_own_markup),
		cmocka_unit_test(line_that_was_quoted_stays_as_it_is),
		cmocka_unit_test(fence_is_longer_than_any_in_the_name),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
