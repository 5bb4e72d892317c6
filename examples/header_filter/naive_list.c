/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "naive_list.h"

#include <stdlib.h>
#include <string.h>

void list_add(struct list *list, struct text name, struct text value)
{
	struct list_header *header;

	if (list->count == list->capacity) {
		list->capacity = list->capacity == 0 ? 4 : list->capacity * 2;
		list->headers = realloc(list->headers, list->capacity * sizeof(*header)); /* heap */
	}
	header = &list->headers[list->count++];
	header->name = strndup(name.at, name.length);	 /* heap */
	header->value = strndup(value.at, value.length); /* heap */
}

size_t list_size(const struct list *list)
{
	size_t size = 4;

	for (size_t i = 0; i < list->count; i++)
		size += 8 + strlen(list->headers[i].name) + strlen(list->headers[i].value) + 2;
	return size;
}

static unsigned char *put_u32(unsigned char *at, size_t n)
{
	for (int i = 0; i < 4; i++)
		*at++ = (unsigned char)(n >> 8 * i);
	return at;
}

void *list_map(const struct list *list)
{
	unsigned char *map = malloc(list_size(list)); /* heap */
	unsigned char *at = put_u32(map, list->count);

	for (size_t i = 0; i < list->count; i++) {
		at = put_u32(at, strlen(list->headers[i].name));
		at = put_u32(at, strlen(list->headers[i].value));
	}
	for (size_t i = 0; i < list->count; i++) {
		at = (unsigned char *)stpcpy((char *)at, list->headers[i].name) + 1;
		at = (unsigned char *)stpcpy((char *)at, list->headers[i].value) + 1;
	}
	return map;
}

void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->headers[i].name);
		free(list->headers[i].value);
	}
	free(list->headers);
	*list = (struct list){0};
}
