/* SPDX-License-Identifier: MIT */
/*
 * The one rule for what a foreign name may contain, in every kind of text. It must not know what
 * the name names, nor where the text goes.
 */
#include "quote.h" /* wasm/ installs both beside its own files */

#include <stdbool.h>
#include <string.h>

/*
 * Characters that nobody sees, or that change how others are seen: they would make a name look like
 * another, or like the text after it. They are the controls, the ends of lines, and what Unicode
 * calls default ignorable, except for those that words and signs are written with: the joiners
 * U+200C and U+200D, the variation selectors U+180B to U+180D, U+180F and U+FE00 to U+FE0F.
 */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x0000, 0x001f},   /* C0: a newline, a tab, ESC */
	{0x007f, 0x009f},   /* DEL and C1: U+009B acts as ESC [ */
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x034f, 0x034f},   /* an invisible joiner */
	{0x061c, 0x061c},   /* text direction */
	{0x115f, 0x1160},   /* empty letters */
	{0x17b4, 0x17b5},   /* vowels that are not written */
	{0x180e, 0x180e},   /* no width */
	{0x200b, 0x200b},   /* no width */
	{0x200e, 0x200f},   /* text direction */
	{0x2028, 0x202e},   /* ends of lines and paragraphs, and text direction */
	{0x2060, 0x206f},   /* no width, and text direction */
	{0x3164, 0x3164},   /* an empty letter */
	{0xfdd0, 0xfdef},   /* noncharacters */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xffa0, 0xffa0},   /* an empty letter */
	{0xfff0, 0xfffb},   /* interlinear annotations */
	{0x1bca0, 0x1bca3}, /* controls of shorthand */
	{0x1d173, 0x1d17a}, /* controls of music */
	{0xe0000, 0xe0fff}, /* tags */
};

static bool is_hidden(uint32_t character)
{
	if ((character & 0xfffe) == 0xfffe) /* noncharacters; XML has no way to write them */
		return true;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (character >= hidden[i].first && character <= hidden[i].last)
			return true;
	return false;
}

/* Reads the first character of UTF-8; returns its length, or 0 if it is not valid (RFC 3629). */
static size_t read_character(const char *text, size_t length, uint32_t *character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *c = (const unsigned char *)text;
	size_t size = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;

	*character = c[0];
	if (size == 1)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4 || size > length)
		return 0;
	*character = c[0] & (0xffu >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (c[i] & 0x3f);
	}
	/* Overlong, a surrogate, or beyond the last character. */
	if (*character < smallest[size] || (*character >= 0xd800 && *character <= 0xdfff) ||
	    *character > 0x10ffff)
		return 0;
	return size;
}

size_t pl_quote_plain(const char *text, size_t length)
{
	uint32_t character;
	size_t size = read_character(text, length, &character);

	return size > 0 && !is_hidden(character) ? size : 0;
}

static size_t put(char quoted[PL_QUOTED_SIZE], const char *word)
{
	memcpy(quoted, word, strlen(word) + 1);
	return 1;
}

/* Returns what replaces a character that would be markup, or NULL if it is none. */
static const char *reference(char c, enum pl_quote form)
{
	if (form == PL_QUOTE_MARKDOWN)
		return c == '|' ? "\\|" : NULL;
	if (form != PL_QUOTE_XML)
		return NULL;
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

size_t pl_quote(const char *text, size_t length, enum pl_quote form, char quoted[PL_QUOTED_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	const char *markup = reference(text[0], form);
	size_t plain = pl_quote_plain(text, length);
	unsigned char c = (unsigned char)text[0];

	if (markup != NULL)
		return put(quoted, markup);
	if (c == '\\' && form != PL_QUOTE_LINE)
		return put(quoted, "\\\\");
	if (c == '\n')
		return put(quoted, "\\n");
	if (c == '\t' && form == PL_QUOTE_LINE)
		return put(quoted, "\t");
	if (plain > 0) {
		memcpy(quoted, text, plain);
		quoted[plain] = '\0';
		return plain;
	}
	put(quoted, "\\x..");
	quoted[2] = digits[c >> 4];
	quoted[3] = digits[c & 15];
	return 1;
}

size_t pl_quote_fence(const char *name)
{
	size_t longest = 0;

	while (*name != '\0') {
		size_t run = strspn(name, "`");

		longest = run > longest ? run : longest;
		name += run > 0 ? run : strcspn(name, "`");
	}
	return longest + 1;
}
