/* SPDX-License-Identifier: MIT */
/* One line of a report, raw to named. It must not know which lines belong together. */
#ifndef CLI_NAMING_H
#define CLI_NAMING_H

#include "known.h"
#include "namer.h"
#include "place.h"

#include <stdio.h>

struct naming {
	struct namer *namer;
	const struct known *known;
	bool in_block; /* as for known_find() */
};

/* "    #N PLACE or address" */
bool naming_is_frame(struct slice line);

/* Writes the line, or the lines that it becomes, with a newline after each but the last. */
void naming_write(const struct naming *naming, struct slice line, FILE *out);

#endif
