/* SPDX-License-Identifier: MIT */
/*
 * Files of the sites that are known and accepted. A line is
 *
 *	0123456789abcdef  malloc  parse_header (libfoo.so)
 *
 * the id of a site (site_id.h), then blanks and words for people, which may be changed. Empty
 * lines, lines that begin with #, and blanks around a line are ignored.
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
 * Reads a baseline. If something is wrong, says what, each bad line by file and number, up to ten;
 * then the baseline is empty, and it returns false.
 */
bool baseline_read(const char *path, struct baseline *baseline);

/* Reads one from a stream likewise; messages call the file `name`. */
bool baseline_read_stream(FILE *in, const char *name, struct baseline *baseline);

void baseline_free(struct baseline *baseline);

/*
 * Writes the sites of a report, whose origins were found, as a baseline, sorted by module and
 * function. The file is written as a whole, or stays as it was: then this says why and returns
 * false.
 */
bool baseline_write(const struct report *report, const char *path);

/*
 * Writes the same to a stream; the caller checks that for errors. Returns false if there is no
 * memory.
 */
bool baseline_write_stream(const struct report *report, FILE *out);

/* How a report differs from a baseline. The sites and lines that it points to stay theirs. */
struct baseline_difference {
	const struct report_site **fresh; /* sites that are not in the baseline */
	size_t fresh_count;
	const struct baseline_line **gone; /* lines whose sites are absent, in the file's order */
	size_t gone_count;
	uint64_t lost;	   /* violations whose site nobody knows */
	uint64_t unplaced; /* violations that never had one */
};

/* Returns false if there is no memory. */
bool baseline_compare(const struct report *report, const struct baseline *baseline,
		      struct baseline_difference *difference);

/* Whether every violation is known to be in the baseline. */
bool baseline_holds(const struct baseline_difference *difference);

/* Writes a line for each difference; nothing if there is none. */
void baseline_tell(const struct baseline_difference *difference, FILE *out);

void baseline_difference_free(struct baseline_difference *difference);

#endif
