/* SPDX-License-Identifier: MIT */
/*
 * Text without stdio or heap. It must not know what is written, or where to.
 */
#include "format.h"

#include <stdarg.h>
#include <string.h>

#define DIGITS_MAX 20 /* of a uint64_t in decimal */

struct pl_text pl_text_in(char *buffer, size_t capacity)
{
	buffer[0] = '\0';
	return (struct pl_text){.start = buffer, .capacity = capacity};
}

static void append_char(struct pl_text *text, char c)
{
	if (text->length + 1 < text->capacity)
		text->start[text->length++] = c;
	text->start[text->length] = '\0';
}

static void append_string(struct pl_text *text, const char *string)
{
	for (; *string != '\0'; string++)
		append_char(text, *string);
}

static void append_number(struct pl_text *text, uint64_t number, unsigned base)
{
	char digits[DIGITS_MAX];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	while (count > 0)
		append_char(text, digits[--count]);
}

void pl_text_append(struct pl_text *text, const char *format, ...)
{
	va_list arguments;
	const char *string;

	va_start(arguments, format);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			append_char(text, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			string = va_arg(arguments, const char *);
			append_string(text, string != NULL ? string : "?");
			break;
		case 'p':
			append_string(text, "0x");
			append_number(text, (uintptr_t)va_arg(arguments, void *), 16);
			break;
		case 'l':
			append_number(text, va_arg(arguments, unsigned long),
				      *++format == 'x' ? 16 : 10);
			break;
		default:
			append_char(text, *format);
		}
	}
	va_end(arguments);
}

void pl_text_ordinal(struct pl_text *text, uint64_t number)
{
	static const char *const endings[] = {"th", "st", "nd", "rd"};
	bool teen = number / 10 % 10 == 1;

	append_number(text, number, 10);
	append_string(text, endings[!teen && number % 10 < 4 ? number % 10 : 0]);
}

/*
 * Returns how many bytes the character at the start of a string has, or 0 if it is no character of
 * UTF-8 (RFC 3629: neither longer than needed nor a surrogate), or a control character.
 */
static size_t printable(const char *string)
{
	const unsigned char *c = (const unsigned char *)string;
	unsigned first = c[0], low = 0x80, high = 0xbf; /* of the second byte */
	size_t length;

	if (first < 0x80)
		return first >= ' ' && first != 127;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (first == 0xc2 || first == 0xe0) /* C2 80 to C2 9F are control characters */
		low = 0xa0;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf4)
		high = 0x8f;
	if (c[1] < low || c[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t pl_escape(const char *string, char escaped[PL_ESCAPED_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char c = (unsigned char)*string;
	size_t length = printable(string);

	memset(escaped, 0, PL_ESCAPED_SIZE);
	if (length > 0 && c != '\\') {
		memcpy(escaped, string, length);
		return length;
	}
	escaped[0] = '\\';
	if (c == '\\' || c == '\n') {
		escaped[1] = c == '\n' ? 'n' : '\\';
		return 1;
	}
	escaped[1] = 'x';
	escaped[2] = digits[c >> 4];
	escaped[3] = digits[c & 15];
	return 1;
}

void pl_text_escape(struct pl_text *text, const char *string, size_t most)
{
	char escaped[PL_ESCAPED_SIZE];

	for (size_t done = 0; *string != '\0'; string += done) {
		if (most == 0) {
			append_string(text, "...");
			return;
		}
		done = pl_escape(string, escaped);
		append_string(text, escaped);
		most -= done < most ? done : most;
	}
}

void pl_text_quote(struct pl_text *text, const char *string)
{
	while (*string != '\0') {
		size_t length = *string != '"' ? printable(string) : 0;

		if (length == 0)
			append_char(text, '?');
		for (size_t i = 0; i < length; i++)
			append_char(text, string[i]);
		string += length > 0 ? length : 1;
	}
}

void pl_text_path(struct pl_text *text, const char *pattern, uint64_t process)
{
	for (const char *c = pattern; *c != '\0'; c++) {
		if (c[0] == '%' && c[1] == 'p') {
			append_number(text, process, 10);
			c++;
		} else {
			append_char(text, *c);
		}
	}
}

const char *pl_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}
