/* SPDX-License-Identifier: MIT */
/*
 * Text without stdio or heap. It must not know what is written, or where to.
 */
#include "common/format.h"

#include "common/quote.h"

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
 * Appends the characters at the start of a name that stay as they are: most do, and this is
 * quicker.
 */
static size_t append_letters(struct pl_text *text, const char *string, size_t most)
{
	size_t room = text->capacity - text->length - 1;
	size_t count = 0;

	while (count < most && count < room && string[count] >= ' ' && string[count] < 127 &&
	       string[count] != '\\')
		count++;
	memcpy(text->start + text->length, string, count);
	text->length += count;
	text->start[text->length] = '\0';
	return count;
}

void pl_text_escape(struct pl_text *text, const char *string, size_t most)
{
	char quoted[PL_QUOTED_SIZE];
	size_t left = strlen(string);

	for (;;) {
		size_t done = append_letters(text, string, most);

		string += done;
		left -= done;
		most -= done;
		if (left == 0)
			return;
		if (most == 0) {
			append_string(text, "...");
			return;
		}
		done = pl_quote(string, left, PL_QUOTE_NAME, quoted);
		/*
		 * Never half of a character, or of what stands for it: that would be another one.
		 */
		if (text->length + strlen(quoted) >= text->capacity)
			return;
		append_string(text, quoted);
		string += done;
		left -= done;
		most -= done < most ? done : most;
	}
}

void pl_text_quote(struct pl_text *text, const char *string)
{
	size_t left = strlen(string);

	while (left > 0) {
		size_t length = *string != '"' ? pl_quote_plain(string, left) : 0;

		if (text->length + length >= text->capacity)
			return;
		if (length == 0)
			append_char(text, '?');
		for (size_t i = 0; i < length; i++)
			append_char(text, string[i]);
		string += length > 0 ? length : 1;
		left -= length > 0 ? length : 1;
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
