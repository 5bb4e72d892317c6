/* SPDX-License-Identifier: MIT */
#include "map.h"

void map_begin(struct map *map)
{
	map->count = 0;
	map->full = false;
}

void map_add(struct map *map, struct text name, struct text value, ngx_table_elt_t *element)
{
	if (map->count == MAP_HEADERS) {
		map->full = true;
		return;
	}
	map->sources[map->count++] =
		(struct source){.header = {.name = name, .value = value}, .element = element};
}

void map_add_list(struct map *map, ngx_list_t *list)
{
	for (ngx_list_part_t *part = &list->part; part != NULL; part = part->next) {
		ngx_table_elt_t *elements = part->elts;

		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			ngx_table_elt_t *element = &elements[i];

			if (element->hash == 0)
				continue;
			map_add(map, map_text(&element->key), map_text(&element->value), element);
		}
	}
}

/* Not by lowcase_key, which nginx's own modules leave as they found it in headers of a response. */
static void lower_names(struct filter_bytes map)
{
	struct headers headers;
	struct header header;

	if (!headers_open(&headers, map))
		return;
	while (headers_next(&headers, &header))
		ngx_strlow((u_char *)header.name.at, (u_char *)header.name.at, header.name.length);
}

bool map_end(struct map *map, struct filter_bytes *out)
{
	struct headers_writer writer;

	if (map->full)
		return false;
	headers_write(&writer, map->bytes, sizeof(map->bytes), map->count);
	for (uint32_t i = 0; i < map->count; i++)
		headers_add(&writer, map->sources[i].header.name, map->sources[i].header.value);
	*out = (struct filter_bytes){map->bytes, headers_end(&writer)};
	lower_names(*out);
	return out->size != 0;
}

static bool is_same(struct text a, struct text b)
{
	return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

struct source *map_find(struct map *map, uint32_t *next, const struct header *header)
{
	for (uint32_t i = *next; i < map->count; i++) {
		struct source *source = &map->sources[i];

		if (!text_equals(source->header.name, header->name) ||
		    !is_same(source->header.value, header->value))
			continue;
		source->kept = true;
		*next = i + 1;
		return source;
	}
	return NULL;
}

ngx_uint_t map_length(const ngx_list_t *list)
{
	ngx_uint_t length = 0;

	for (const ngx_list_part_t *part = &list->part; part != NULL; part = part->next)
		length += part->nelts;
	return length;
}
