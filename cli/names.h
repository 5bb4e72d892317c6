/* SPDX-License-Identifier: MIT */
/*
 * The names of a record's places: found once, kept in the record as text, and read from there, here
 * or elsewhere. A line is "FRAME<tab>FUNCTION<tab>FILE<tab>LINE": the frame as hexadecimal digits,
 * names as escape.h writes them, "" if one is not known; functions that are inlined at a place come
 * before the one around them.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "namer.h"
#include "record.h"

/*
 * Looks up all places of the record's sites and keeps what is found in it. It finds fewer if memory
 * ends, or if names cost too much time.
 */
void names_collect(struct record *record, struct namer *namer);

struct names_line {
	uint64_t frame;
	char *function, *file; /* NULL if it is not known; they lie in the record's text */
	unsigned line;
};

struct names {
	struct names_line *lines; /* by their frames */
	size_t count;
};

/* Reads the record's names, whose text it changes. Leaves out lines of any other form. */
struct names names_read(struct record *record);

/* Returns the first line of a frame and how many there are. */
const struct names_line *names_find(const struct names *names, uint64_t frame, size_t *count);

void names_free(struct names *names);

#endif
