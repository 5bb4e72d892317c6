/* SPDX-License-Identifier: MIT */
/*
 * Files of the sites that are known and accepted. A line is
 *
 *	0123456789abcdef  malloc  parse_header (libfoo.so)
 *
 * the id of a site (site_id.h), and after blanks words for people, which may be changed. Ignored
 * are empty lines, lines that begin with #, and blanks around a line.
 */
#ifndef CLI_BASELINE_H
#define CLI_BASELINE_H

#include "report.h"

struct baseline_line {
	char id[REPORT_ID_SIZE];
	char *words; /* as they stand in the file */
	size_t number;
};

struct baseline {
	struct baseline_line *lines; /* by their ids */
	size_t count;
};

/*
 * Reads a baseline. Returns false, and has it empty, after it has said what is wrong: each bad line
 * by file and number, up to ten.
 */
bool baseline_read(const char *path, struct baseline *baseline);

/* The same of a stream; name is the file's in messages. */
bool baseline_read_stream(FILE *in, const char *name, struct baseline *baseline);

void baseline_free(struct baseline *baseline);

/*
 * Writes the sites of a report, whose origins were found, as a baseline, sorted by module and
 * function. The file is there whole, or stays as it was: then false, after the reason was said.
 */
bool baseline_write(const struct report *report, const char *path);

/* The same to a stream, whose errors are its own. Returns false if there is no memory. */
bool baseline_write_stream(const struct report *report, FILE *out);

/* How a report differs from a baseline; what it points to is theirs. */
struct baseline_difference {
	const struct report_site **fresh; /* sites that are not in the baseline */
	size_t fresh_count;
	const struct baseline_line **gone; /* lines whose sites did not come, as in the file */
	size_t gone_count;
	uint64_t lost; /* violations of which nobody knows the site */
};

/* Returns false if there is no memory. */
bool baseline_compare(const struct report *report, const struct baseline *baseline,
		      struct baseline_difference *difference);

/* Whether every violation is known to be in the baseline. */
bool baseline_holds(const struct baseline_difference *difference);

/* Writes a line for each that differs; nothing, if none does. */
void baseline_tell(const struct baseline_difference *difference, FILE *out);

void baseline_difference_free(struct baseline_difference *difference);

#endif
