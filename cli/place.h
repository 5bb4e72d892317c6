/* SPDX-License-Identifier: MIT */
/*
 * The places of a report in its raw form, and its build-id lines: text to structure, nothing else.
 * It must not know what a place is good for.
 *
 * A place is [FUNCTION+0xHEX ](PATH+0xHEX). A path may have blanks, parentheses and plus signs in
 * it; function and path are escaped, as escape.h undoes it.
 */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "common/base.h"

/* A part of somebody's text; not terminated. */
struct slice {
	const char *start;
	size_t length;
};

struct place {
	struct slice text;	  /* all of it */
	struct slice function;	  /* length 0: none is named */
	uint64_t function_offset; /* of the address from the function's start */
	struct slice path;
	uint64_t offset; /* of the address from where the module is loaded */
};

struct build_id {
	struct slice hex;
	struct slice path;
};

/* Whether the text begins with the prefix, which is then taken off. */
bool slice_skip(struct slice *text, const char *prefix);

/* Returns the text up to the end of the line that it begins with, without the newline. */
struct slice slice_line(struct slice text);

/* Returns whether the text is one place and nothing else. */
bool place_parse(struct slice text, struct place *place);

/* Returns whether the text is 0xHEX and nothing else: an address that is in no module. */
bool place_is_address(struct slice text);

/*
 * Returns the length of the first place in a list split by " < "; that of all of it, if nothing
 * follows.
 */
size_t place_length(struct slice list);

/* "  build-id HEX PATH" */
bool build_id_parse(struct slice line, struct build_id *id);

#endif
