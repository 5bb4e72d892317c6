/* SPDX-License-Identifier: MIT */
/* A list of headers, which are copies, and the map that it makes. For naive.c. */
#ifndef NAIVE_LIST_H
#define NAIVE_LIST_H

#include "headers.h"

/* Valid as zeroed memory. */
struct list {
	struct list_header {
		char *name, *value;
	} * headers;
	size_t count, capacity;
};

/* Adds a copy of a header in which no zero byte is. */
void list_add(struct list *list, struct text name, struct text value);

/* Returns the size of the map that the list makes. */
size_t list_size(const struct list *list);

/* Returns the map, of that size, for free(). */
void *list_map(const struct list *list);

/* Empties it. */
void list_free(struct list *list);

#endif
