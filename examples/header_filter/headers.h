/* SPDX-License-Identifier: MIT */
/*
 * A serialised header map, read and written in place. It knows the form alone, no header's meaning.
 */
#ifndef HEADERS_H
#define HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"

/* Part of a map: not terminated. */
struct text {
	const char *at;
	size_t length;
};

struct header {
	struct text name;
	struct text value;
};

/* Returns the text of a terminated string. */
struct text text_of(const char *string);

/* Where text is the same in lower case as string, which is in lower case. */
bool text_is(struct text text, const char *string);

/* Likewise for two texts, whatever their case. */
bool text_equals(struct text a, struct text b);

struct headers {
	const unsigned char *sizes; /* of the next header */
	const char *data;	    /* likewise */
	uint32_t left;
	uint32_t count;
};

/*
 * Begins to read a map. Returns false, and reads no further than size, if it is not one: then
 * nothing else may be done with it. Of one that is, no later call can fail.
 */
bool headers_open(struct headers *headers, struct filter_bytes map);

/* Gives the next header; returns false behind the last. */
bool headers_next(struct headers *headers, struct header *header);

struct headers_writer {
	unsigned char *map;
	size_t capacity;
	size_t used; /* with the table of max sizes */
	uint32_t max;
	uint32_t count;
	bool full;
};

/* Begins a map of at most max headers in capacity bytes. */
void headers_write(struct headers_writer *writer, void *map, size_t capacity, uint32_t max);

/* Adds one; where there is no room the writer becomes full. */
void headers_add(struct headers_writer *writer, struct text name, struct text value);

/* Ends the map. Returns its size, 0 if the writer is full. */
size_t headers_end(struct headers_writer *writer);

#endif
