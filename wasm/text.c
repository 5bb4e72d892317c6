/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "guard.h"
#include "quote.h"

#include <string.h>

struct pl_text pl_text_in(char *start, size_t capacity)
{
	*start = '\0';
	return (struct pl_text){start, 0, capacity};
}

void pl_text_add(struct pl_text *text, const char *string)
{
	while (*string != '\0' && text->length + 1 < text->capacity)
		text->start[text->length++] = *string++;
	text->start[text->length] = '\0';
}

void pl_text_add_name(struct pl_text *text, const char *name)
{
	size_t left = strlen(name);

	while (left > 0) {
		size_t length = *name != '"' ? pl_quote_plain(name, left) : 0;

		if (text->length + length >=
		    text->capacity) /* half of a character would be another one */
			return;
		if (length == 0)
			pl_text_add(text, "?");
		for (size_t i = 0; i < length; i++)
			text->start[text->length++] = name[i];
		text->start[text->length] = '\0';
		name += length > 0 ? length : 1;
		left -= length > 0 ? length : 1;
	}
}

static void add_in_base(struct pl_text *text, uint64_t number, unsigned base)
{
	char digits[21];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	pl_text_add(text, digits + at);
}

void pl_text_add_number(struct pl_text *text, uint64_t number)
{
	add_in_base(text, number, 10);
}

void pl_text_add_signed(struct pl_text *text, int64_t number)
{
	if (number < 0)
		pl_text_add(text, "-");
	add_in_base(text, number < 0 ? -(uint64_t)number : (uint64_t)number, 10);
}

void pl_text_add_pointer(struct pl_text *text, const void *pointer)
{
	pl_text_add(text, "0x");
	add_in_base(text, (uintptr_t)pointer, 16);
}

void pl_text_write(const struct pl_text *text)
{
	if (pl_guard.settings.write != NULL)
		pl_guard.settings.write(text->start, text->length);
}
