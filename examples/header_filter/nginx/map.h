/* SPDX-License-Identifier: MIT */
/*
 * From nginx's headers to a map for the filter, and back: which of them are still in the map that
 * it made. Lies in the worker's memory and asks for none.
 */
#ifndef MAP_H
#define MAP_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "headers.h"

/* Messages with more are passed on as they come. nginx itself refuses requests of over 1000. */
#define MAP_HEADERS 1024
#define MAP_SIZE 65536

struct source {
	struct header header;
	ngx_table_elt_t *element; /* NULL: something else of nginx's, which is never taken away */
	bool kept;
};

struct map {
	struct source sources[MAP_HEADERS];
	uint32_t count;
	bool full;
	u_char bytes[MAP_SIZE];
};

void map_begin(struct map *map);
void map_add(struct map *map, struct text name, struct text value, ngx_table_elt_t *element);

/* Adds the elements of a list that nginx would send. */
void map_add_list(struct map *map, ngx_list_t *list);

/* Gives the map, with names in lower case. Returns false if they were too many or too large. */
bool map_end(struct map *map, struct filter_bytes *out);

/*
 * Finds what in the map, behind *next, is the same as a header of a map that the filter made from
 * it, and marks it as kept. Returns NULL if the header is a new one.
 */
struct source *map_find(struct map *map, uint32_t *next, const struct header *header);

static inline struct text map_text(const ngx_str_t *string)
{
	return (struct text){(const char *)string->data, string->len};
}

/* How many elements a list has. */
ngx_uint_t map_length(const ngx_list_t *list);

#endif
