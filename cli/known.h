/* SPDX-License-Identifier: MIT */
/*
 * Which build-id each module of a stream of reports had. It must not know what a file has now.
 */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "place.h"

#include <stddef.h>

struct known_id;

/* Zeroed memory is the state of a stream of which nothing was read. */
struct known {
	struct known_id *first;
	unsigned block; /* the report that is being read */
};

/* From now on, what is noted belongs to another report. */
void known_begin(struct known *known);

/* The module stays unknown if memory ends, or if more are known than any process has. */
void known_note(struct known *known, const struct build_id *id);

/*
 * Returns the build-id of a module, or NULL if it is not known. in_block: the report being read has
 * named all of its modules that have one; a module that it did not name then has "".
 */
const char *known_find(const struct known *known, const char *path, bool in_block);

void known_forget(struct known *known);

#endif
