/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "maps.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct filter_bytes map_guarded(const void *data, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole = (size + page - 1) / page * page;
	unsigned char *memory = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + whole, page, PROT_NONE) != 0)
		abort();
	if (size > 0)
		memcpy(memory + whole - size, data, size);
	return (struct filter_bytes){memory + whole - size, size};
}

static void put_u32(unsigned char *at, size_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(n >> 8 * i);
}

static void put_text(struct map *map, const void *bytes, size_t size)
{
	if (map->sizes_size + 4 > MAP_MAX || MAP_MAX - map->data_size < size + 1)
		abort();
	put_u32(map->sizes + map->sizes_size, size);
	map->sizes_size += 4;
	if (size > 0)
		memcpy(map->data + map->data_size, bytes, size);
	map->data[map->data_size + size] = '\0';
	map->data_size += size + 1;
}

void map_add_bytes(struct map *map, const void *name, size_t name_size, const void *value,
		   size_t value_size)
{
	put_text(map, name, name_size);
	put_text(map, value, value_size);
	map->count++;
}

void map_add(struct map *map, const char *name, const char *value)
{
	map_add_bytes(map, name, strlen(name), value, strlen(value));
}

struct filter_bytes map_end(const struct map *map)
{
	static unsigned char bytes[4 + 2 * MAP_MAX];

	put_u32(bytes, map->count);
	memcpy(bytes + 4, map->sizes, map->sizes_size);
	memcpy(bytes + 4 + map->sizes_size, map->data, map->data_size);
	return map_guarded(bytes, 4 + map->sizes_size + map->data_size);
}

struct filter_bytes map_of(const char *name, ...)
{
	static struct map map;
	va_list rest;

	map.count = 0;
	map.sizes_size = map.data_size = 0;
	va_start(rest, name);
	for (; name != NULL; name = va_arg(rest, const char *))
		map_add(&map, name, va_arg(rest, const char *));
	va_end(rest);
	return map_end(&map);
}

static size_t get_u32(const unsigned char *at)
{
	return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

static size_t put_escaped(char *text, size_t size, const unsigned char *bytes, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 5 < size; i++) {
		bool plain = bytes[i] >= ' ' && bytes[i] <= '~';

		used += (size_t)snprintf(text + used, size - used, plain ? "%c" : "\\x%02x",
					 bytes[i]);
	}
	return used;
}

bool map_text(struct filter_bytes map, char *text, size_t size)
{
	const unsigned char *bytes = map.data;
	size_t count, at, used = 0;

	text[0] = '\0';
	if (map.size == 0)
		return true;
	if (map.size < 4)
		return false;
	count = get_u32(bytes);
	if (count > map.size / 8)
		return false;
	at = 4 + 8 * count;
	for (size_t i = 0; i < 2 * count; i++) {
		size_t length;

		if (4 + 4 * i + 4 > map.size)
			return false;
		length = get_u32(bytes + 4 + 4 * i);
		if (at > map.size || length >= map.size - at || bytes[at + length] != '\0')
			return false;
		used += put_escaped(text + used, size - used, bytes + at, length);
		used += (size_t)snprintf(text + used, size - used, i % 2 == 0 ? ": " : "\n");
		at += length + 1;
	}
	return at == map.size;
}
