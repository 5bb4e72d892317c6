/* SPDX-License-Identifier: MIT */
#include "headers.h"

#include <string.h>

#define COUNT_SIZE 4
#define ENTRY_SIZE 8 /* the size of a name, the size of a value */

static uint32_t read_u32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void write_u32(unsigned char *at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(n >> 8 * i);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

bool text_equals(struct text a, struct text b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++) {
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	}
	return true;
}

bool text_is(struct text text, const char *string)
{
	return text_equals(text, text_of(string));
}

bool headers_open(struct headers *headers, struct filter_bytes map)
{
	const unsigned char *data, *end;

	*headers = (struct headers){0};
	if (map.size == 0)
		return true;
	if (map.size < COUNT_SIZE || read_u32(map.data) > (map.size - COUNT_SIZE) / ENTRY_SIZE)
		return false;
	headers->count = headers->left = read_u32(map.data);
	headers->sizes = (const unsigned char *)map.data + COUNT_SIZE;
	data = headers->sizes + (size_t)headers->count * ENTRY_SIZE;
	end = (const unsigned char *)map.data + map.size;
	headers->data = (const char *)data;
	/* Two sizes for each header: each is of a text with a zero byte behind it. */
	for (size_t i = 0; i < (size_t)headers->count * 2; i++) {
		uint32_t size = read_u32(headers->sizes + i * 4);

		if (size >= (size_t)(end - data) || data[size] != '\0')
			return false;
		data += (size_t)size + 1;
	}
	return data == end;
}

bool headers_next(struct headers *headers, struct header *header)
{
	if (headers->left == 0)
		return false;
	header->name = (struct text){headers->data, read_u32(headers->sizes)};
	headers->data += header->name.length + 1;
	header->value = (struct text){headers->data, read_u32(headers->sizes + 4)};
	headers->data += header->value.length + 1;
	headers->sizes += ENTRY_SIZE;
	headers->left--;
	return true;
}

void headers_write(struct headers_writer *writer, void *map, size_t capacity, uint32_t max)
{
	*writer = (struct headers_writer){.map = map, .capacity = capacity, .max = max};
	writer->full = capacity < COUNT_SIZE || max > (capacity - COUNT_SIZE) / ENTRY_SIZE;
	writer->used = COUNT_SIZE + (size_t)max * ENTRY_SIZE;
}

static void put(struct headers_writer *writer, struct text text)
{
	memcpy(writer->map + writer->used, text.at, text.length);
	writer->map[writer->used + text.length] = '\0';
	writer->used += text.length + 1;
}

void headers_add(struct headers_writer *writer, struct text name, struct text value)
{
	unsigned char *sizes = writer->map + COUNT_SIZE + (size_t)writer->count * ENTRY_SIZE;

	if (writer->full || writer->count == writer->max ||
	    writer->capacity - writer->used < name.length + value.length + 2) {
		writer->full = true;
		return;
	}
	write_u32(sizes, (uint32_t)name.length);
	write_u32(sizes + 4, (uint32_t)value.length);
	put(writer, name);
	put(writer, value);
	writer->count++;
}

size_t headers_end(struct headers_writer *writer)
{
	/* The table was made for max headers: what was not used of it goes. */
	size_t table = COUNT_SIZE + (size_t)writer->count * ENTRY_SIZE;
	size_t data = COUNT_SIZE + (size_t)writer->max * ENTRY_SIZE;

	if (writer->full)
		return 0;
	write_u32(writer->map, writer->count);
	memmove(writer->map + table, writer->map + data, writer->used - data);
	return table + writer->used - data;
}
