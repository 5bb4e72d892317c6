/* SPDX-License-Identifier: MIT */
/*
 * Header maps for tests, made and read by hand: not by the code under test. Inputs end where their
 * memory ends: who reads past one has a SIGSEGV.
 */
#ifndef MAPS_H
#define MAPS_H

#include "filter.h"

/* Returns a copy with a page behind it that may not be touched. It stays for ever. */
struct filter_bytes map_guarded(const void *data, size_t size);

#define MAP_MAX 65536

/* A map that grows; zeroed it is one without headers. */
struct map {
	unsigned count;
	size_t sizes_size, data_size;
	unsigned char sizes[MAP_MAX], data[MAP_MAX];
};

/* What does not fit is an error of the test: abort(). */
void map_add(struct map *map, const char *name, const char *value);
void map_add_bytes(struct map *map, const void *name, size_t name_size, const void *value,
		   size_t value_size);

/* Returns it guarded. */
struct filter_bytes map_end(const struct map *map);

/* Returns a map of pairs of names and values; the list ends with NULL. */
struct filter_bytes map_of(const char *name, ...);

/*
 * Writes a map as lines "name: value", bytes that are not printable as "\xHH". Returns false if it
 * is no map.
 */
bool map_text(struct filter_bytes map, char *text, size_t size);

#endif
