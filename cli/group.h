/* SPDX-License-Identifier: MIT */
/*
 * Sites as a person would group them: by the function that wanted the memory, not by those that get
 * memory for everybody.
 */
#ifndef CLI_GROUP_H
#define CLI_GROUP_H

#include "place.h"
#include "report.h"

/*
 * Finds the origin of each site. It is the first frame that has a name, is the program's own
 * (frame.h) and is no wrapper. In a stripped program it is the library's function that the program
 * called; without the program, the innermost function that has a name. Wrappers are the functions
 * of wrapper.h, and those that the stacks themselves show. A function is one if it is the first
 * frame left in more than half of the sites, of which there must be GROUP_SITES_MIN at least, and
 * if they came to it by GROUP_WAYS_MIN ways or more, which differ in the next three frames. This is
 * repeated while there is such a function. If all frames are wrappers, the origin is the outermost.
 */
#define GROUP_SITES_MIN 8
#define GROUP_WAYS_MIN 4
void group_find_origins(struct report *report);

/* What a row stands for, one of these. Zero is what a person would want first. */
enum group_key { GROUP_FUNCTIONS, GROUP_SITES, GROUP_MODULES, GROUP_THREADS };

enum group_order { GROUP_BY_COUNT, GROUP_BY_BYTES };

/* Entry points that stand in one row when a function calls several of them. */
enum group_family { GROUP_MALLOC, GROUP_NEW, GROUP_FREE, GROUP_DELETE, GROUP_OTHER };

/* Everything belongs to the report. */
struct group_row {
	/* the site with the largest count */
	const struct report_site *site;
	/* its origin; NULL if it has no frame */
	const struct report_frame *origin;
	/* function, module or thread, as group_rows() was asked; start NULL: not known */
	struct slice name;
	const char *entry; /* NULL if there are several */
	/* the system's function that the origins called, as fopen(); NULL if there are several */
	const struct report_frame *called;
	enum group_family family;
	bool one_file, one_line; /* all origins are in the same file, on the same line */
	uint64_t count, bytes;
	size_t sites;
};

struct group_rows {
	struct group_row *rows; /* the largest first; equal ones by name */
	size_t count;
};

/*
 * Makes the rows of a report whose origins were found. Functions are one row if name, module and
 * family are the same. Returns false if there is no memory.
 */
bool group_rows(const struct report *report, enum group_key key, enum group_order order,
		struct group_rows *rows);

void group_rows_free(struct group_rows *rows);

/* Returns the family of an entry point, by its name. */
enum group_family group_family(const char *function);

/* Returns the origin of a site, or NULL. */
const struct report_frame *group_origin(const struct report_site *site);

/* Returns the system's function that the origin of a site called, as fopen(), or NULL. */
const struct report_frame *group_called(const struct report_site *site);

#endif
