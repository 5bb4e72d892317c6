/* SPDX-License-Identifier: MIT */
/* The parts of a line on a screen, each within its columns, and the forms that lines make. */
#ifndef CLI_SCREEN_LINE_H
#define CLI_SCREEN_LINE_H

#include "frame.h"
#include "screen.h"

enum screen_style { SCREEN_PLAIN, SCREEN_BOLD, SCREEN_FAINT };

void screen_style(FILE *out, const struct screen_options *options, enum screen_style style);

/* Returns how many columns a quoted text takes at most: which characters are wide is not known. */
size_t screen_columns(const char *quoted);

/*
 * Writes a quoted text in at most so many columns: "..." replaces the middle of a longer one.
 * Returns how many it took.
 */
size_t screen_put(FILE *out, const char *quoted, size_t columns);

/* What is said of a frame behind its function; NULL or 0 is left out. */
struct screen_where {
	const char *module;
	const char *file;
	unsigned line;
	uint64_t offset; /* in the module, for a function that is not known */
};

/*
 * Writes "function (module) file.c:12" in at most so many columns. A name that has no room gives
 * way to the shorter one, if there is one, and that is cut. Then the file is left out, and then the
 * module. name NULL: "??". Returns how many columns it took.
 */
size_t screen_put_place(FILE *out, const struct screen_options *options, const char *name,
			const char *shorter, const struct screen_where *where, size_t columns);

/*
 * Writes " < name", the name quoted, if all of it has room in so many columns. Returns how many
 * columns it takes, SIZE_MAX if there is no memory.
 */
size_t screen_put_link(FILE *out, char arrow, struct slice name, size_t columns);

/* Writes " > fopen" of the function of the system that was called, if there is room. */
void screen_put_called(FILE *out, const char *function, size_t columns);

/* Returns "12 B" or "1.5 KiB", made in text. */
#define SCREEN_BYTES_SIZE 24
const char *screen_bytes(uint64_t bytes, char text[SCREEN_BYTES_SIZE]);

/* Writes "  and 37 more sites, 120 violations". */
void screen_print_rest(FILE *out, size_t sites, uint64_t violations);

/* Writes that the record had no room for the sites of so many violations. */
void screen_print_lost(FILE *out, uint64_t violations);

/* How many frames are worth a look: all but the callers of main() or of a thread's function. */
size_t screen_depth(const struct report_site *site);

/* Return false if there is no memory. */
bool screen_print_table(FILE *out, const struct report *report,
			const struct screen_options *options);
bool screen_print_tree(FILE *out, const struct report *report,
		       const struct screen_options *options);
bool screen_print_full(FILE *out, const struct report *report,
		       const struct screen_options *options);

#endif
