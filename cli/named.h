/* SPDX-License-Identifier: MIT */
/*
 * A place of a report with what the files say: a frame, or a place in a line. It must not know
 * where the report came from.
 */
#ifndef CLI_NAMED_H
#define CLI_NAMED_H

#include "namer.h"

#include <stdio.h>

struct named_place {
	const char *function; /* as the module exports it, mangled; NULL if it is not known */
	uint64_t function_offset;
	const char *path; /* of the module */
	uint64_t offset;
	const char *build_id; /* as for struct question */
};

/*
 * Writes all functions that are inlined here but those of phaselock.h, each on a line of its own
 * with the prefix, which is our own; the last has no newline.
 */
void named_write_frame(struct namer *namer, const char *prefix, const struct named_place *place,
		       FILE *out);

/* Writes the innermost of these functions alone, on the same line. */
void named_write_short(struct namer *namer, const struct named_place *place, bool with_folder,
		       FILE *out);

/* Says why the frames of a module have no names, on a line, if its file is another one now. */
void named_write_if_other(struct namer *namer, const char *path, const char *build_id, FILE *out);

#endif
