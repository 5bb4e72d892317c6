/* SPDX-License-Identifier: MIT */
/*
 * Which build-id each module of a stream of reports had. It must not know what a file has now.
 */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "place.h"

#include <stddef.h>

struct known_id;

/* Zeroed memory is a stream of which nothing was read. */
struct known {
	struct known_id *first;
	unsigned block; /* the report that is being read */
};

/* What is noted from now on belongs to another report. */
void known_begin(struct known *known);

/* If memory ends, or more is known than any process has, the module stays unknown. */
void known_note(struct known *known, const struct build_id *id);

/*
 * Returns the build-id of a module, or NULL if it is not known. in_block: the report that is being
 * read has told all of its modules that have one; then one that was not told is "".
 */
const char *known_find(const struct known *known, const char *path, bool in_block);

void known_forget(struct known *known);

#endif
