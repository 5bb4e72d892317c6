/* SPDX-License-Identifier: MIT */
/*
 * Reads baselines, and compares reports with them. It must not know who fails on a difference.
 */
#define _GNU_SOURCE
#include "baseline.h"

#include "escape.h"
#include "frame.h"
#include "group.h"
#include "say.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"
#define FAULTS_SAID 10

static void PL_PRINTF(1, 2) complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as("report", format, arguments);
	va_end(arguments);
}

/* ---- read ------------------------------------------------------------------------------------ */

struct reader {
	struct baseline *baseline;
	const char *name;
	size_t number, capacity, faults;
};

static void fault(struct reader *reader, const char *message)
{
	if (reader->faults++ < FAULTS_SAID)
		complain("%s:%zu: %s", reader->name, reader->number, message);
}

static bool make_room(struct reader *reader)
{
	struct baseline *baseline = reader->baseline;
	size_t capacity = reader->capacity * 2 + 64;
	struct baseline_line *lines;

	if (baseline->count < reader->capacity)
		return true;
	lines = reallocarray(baseline->lines, capacity, sizeof(*lines));
	if (lines == NULL)
		return false;
	baseline->lines = lines;
	reader->capacity = capacity;
	return true;
}

static void add_line(struct reader *reader, const char *text)
{
	const size_t digits = REPORT_ID_SIZE - 1;
	struct baseline_line line = {.number = reader->number};

	if (strspn(text, "0123456789abcdef") != digits ||
	    (text[digits] != '\0' && strchr(BLANKS, text[digits]) == NULL)) {
		fault(reader, "want the 16 hexadecimal digits of a site, and then its words");
		return;
	}
	memcpy(line.id, text, digits);
	text += digits;
	line.words = strdup(text + strspn(text, BLANKS));
	if (line.words != NULL && make_room(reader)) {
		reader->baseline->lines[reader->baseline->count++] = line;
		return;
	}
	free(line.words);
	fault(reader, "no memory");
}

static void read_line(struct reader *reader, char *text, size_t length)
{
	reader->number++;
	if (strlen(text) != length) {
		fault(reader, "a NUL byte in the line");
		return;
	}
	while (length > 0 && strchr(BLANKS "\r\n", text[length - 1]) != NULL)
		text[--length] = '\0';
	text += strspn(text, BLANKS);
	if (*text != '\0' && *text != '#')
		add_line(reader, text);
}

static int compare_lines(const void *a, const void *b)
{
	const struct baseline_line *left = a, *right = b;
	int order = strcmp(left->id, right->id);

	return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

bool baseline_read_stream(FILE *in, const char *name, struct baseline *baseline)
{
	struct reader reader = {.baseline = baseline, .name = name};
	char *text = NULL;
	size_t size = 0;
	ssize_t length;

	*baseline = (struct baseline){0};
	while (errno = 0, (length = getline(&text, &size, in)) > 0)
		read_line(&reader, text, (size_t)length);
	if (!feof(in)) {
		complain("cannot read %s: %s", name, strerror(errno));
		reader.faults++;
	} else if (reader.faults > FAULTS_SAID) {
		complain("%s: and %zu bad lines more", name, reader.faults - FAULTS_SAID);
	}
	free(text);
	if (reader.faults > 0)
		baseline_free(baseline);
	else if (baseline->count > 0)
		qsort(baseline->lines, baseline->count, sizeof(struct baseline_line),
		      compare_lines);
	return reader.faults == 0;
}

bool baseline_read(const char *path, struct baseline *baseline)
{
	FILE *in = fopen(path, "re");
	bool whole;

	*baseline = (struct baseline){0};
	if (in == NULL) {
		complain("cannot open %s: %s", path, strerror(errno));
		return false;
	}
	whole = baseline_read_stream(in, path, baseline);
	fclose(in);
	return whole;
}

void baseline_free(struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->count; i++)
		free(baseline->lines[i].words);
	free(baseline->lines);
	*baseline = (struct baseline){0};
}

/* ---- compare --------------------------------------------------------------------------------- */

/* Returns the first line of a site; count, if there is none. */
static size_t find_line(const struct baseline *baseline, const char *id)
{
	size_t from = 0, to = baseline->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(baseline->lines[middle].id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < baseline->count && strcmp(baseline->lines[from].id, id) == 0
		       ? from
		       : baseline->count;
}

static int compare_numbers(const void *a, const void *b)
{
	const struct baseline_line *left = *(const struct baseline_line *const *)a;
	const struct baseline_line *right = *(const struct baseline_line *const *)b;

	return (left->number > right->number) - (left->number < right->number);
}

static void find_gone(const struct baseline *baseline, const bool *came,
		      struct baseline_difference *difference)
{
	bool has_come = false;

	for (size_t i = 0; i < baseline->count; i++) {
		const struct baseline_line *line = &baseline->lines[i];

		/* A site that is listed twice, as after a merge, is marked at its first line. */
		if (i == 0 || strcmp(line->id, line[-1].id) != 0)
			has_come = came[i];
		if (!has_come)
			difference->gone[difference->gone_count++] = line;
	}
	qsort(difference->gone, difference->gone_count, sizeof(struct baseline_line *),
	      compare_numbers);
}

bool baseline_compare(const struct report *report, const struct baseline *baseline,
		      struct baseline_difference *difference)
{
	bool *came = calloc(baseline->count + 1, sizeof(*came));

	*difference = (struct baseline_difference){
		.fresh = calloc(report->site_count + 1, sizeof(struct report_site *)),
		.gone = calloc(baseline->count + 1, sizeof(struct baseline_line *)),
		.lost = report->sites_lost,
		.unplaced = report->unplaced,
	};
	if (came == NULL || difference->fresh == NULL || difference->gone == NULL) {
		baseline_difference_free(difference);
		free(came);
		return false;
	}
	for (size_t i = 0; i < report->site_count; i++) {
		size_t line = find_line(baseline, report->sites[i].id);

		came[line] = true; /* the last one stands for none */
		if (line == baseline->count)
			difference->fresh[difference->fresh_count++] = &report->sites[i];
	}
	find_gone(baseline, came, difference);
	free(came);
	return true;
}

bool baseline_holds(const struct baseline_difference *difference)
{
	return difference->fresh_count == 0 && difference->lost == 0 && difference->unplaced == 0;
}

static void tell_fresh(const struct report_site *site, FILE *out)
{
	const struct report_frame *origin = group_origin(site);

	fputs("new: ", out);
	escape_write(site->id, out);
	fprintf(out, "  %" PRIu64 " x ", site->count);
	escape_write(site->function, out);
	if (origin != NULL) {
		fputs("  ", out);
		frame_write(origin, out);
	}
	if (origin != NULL && origin->file != NULL) {
		fputc(' ', out);
		escape_write(origin->file, out);
		fprintf(out, ":%u", origin->line);
	}
	fputc('\n', out);
}

void baseline_tell(const struct baseline_difference *difference, FILE *out)
{
	for (size_t i = 0; i < difference->fresh_count; i++)
		tell_fresh(difference->fresh[i], out);
	if (difference->lost > 0)
		fprintf(out,
			"new: %" PRIu64 " violation%s at sites for which the record had no room\n",
			difference->lost, difference->lost == 1 ? "" : "s");
	if (difference->unplaced > 0)
		fprintf(out, "new: %" PRIu64 " violation%s without a site\n", difference->unplaced,
			difference->unplaced == 1 ? "" : "s");
	for (size_t i = 0; i < difference->gone_count; i++) {
		const struct baseline_line *line = difference->gone[i];

		fputs("gone: ", out);
		escape_write(line->id, out);
		fputs("  ", out);
		escape_write_part((struct slice){line->words, strlen(line->words)}, out);
		fprintf(out, " (line %zu of the baseline)\n", line->number);
	}
}

void baseline_difference_free(struct baseline_difference *difference)
{
	free(difference->fresh);
	free(difference->gone);
	*difference = (struct baseline_difference){0};
}
