/* SPDX-License-Identifier: MIT */
/*
 * Makes patterns from sites. It must not know how patterns are matched.
 */
#define _GNU_SOURCE
#include "suggest.h"

#include "common/quote.h"
#include "common/runtime.h"
#include "common/suppress.h"
#include "escape.h"
#include "frame.h"
#include "group.h"
#include "mangled.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Bytes: two numbers, and words. */
#define COMMENT_MAX 72

#define PROCESS_NAME_MAX 15

struct entry {
	char *line; /* NULL: no pattern can name it */
	uint64_t violations;
	size_t sites;
};

/* ---- one pattern ----------------------------------------------------------------------------- */

/* A blank at an end would be taken for one around the line. */
static bool is_outer_blank(const char *text, size_t at, size_t length)
{
	return text[at] == ' ' && (at == 0 || at + 1 == length);
}

/* Writes a name so that it stands for itself; cut, with a star, if the line would be too long. */
static void write_name(const char *name, size_t length, FILE *out)
{
	for (size_t at = 0, room = PL_SUPPRESS_LINE_MAX - 32; at < length;) {
		char quoted[PL_QUOTED_SIZE + 1] = "\\";
		bool is_special = strchr("*?[", name[at]) != NULL;
		size_t done = 1;

		if (is_outer_blank(name, at, length))
			strcpy(quoted, "\\x20");
		else
			done = pl_quote(name + at, length - at, PL_QUOTE_NAME, quoted + is_special);
		if (strlen(quoted) > room) {
			fputc('*', out);
			return;
		}
		room -= strlen(quoted);
		fputs(quoted, out);
		at += done;
	}
}

/* The process knows no frames that were inlined, only those around them. */
static size_t real_frame(const struct report_site *site, size_t at)
{
	while (at + 1 < site->frame_count && site->frames[at].is_inlined)
		at++;
	return at;
}

/* Whether a frame is in the origin of the request: up to the first frame outside the run-time. */
static bool is_in_origin(const struct report_site *site, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!site->frames[i].is_inlined && !pl_runtime_is_library(site->frames[i].module))
			return false;
	return true;
}

static bool is_program(const struct report *report, const struct report_site *site,
		       const struct report_frame *frame)
{
	const char *program = site->process < report->process_count
				      ? report->processes[site->process].program
				      : NULL;

	/* The kernel cuts the name of a process. */
	return program != NULL && frame->module != NULL &&
	       (strcmp(program, frame->module) == 0 ||
		(strlen(program) == PROCESS_NAME_MAX &&
		 strncmp(program, frame->module, PROCESS_NAME_MAX) == 0));
}

/* Returns a pattern for a function, or for the module if it is NULL; NULL if there is none. */
static char *make_pattern(const struct report_frame *frame, bool is_own)
{
	const char *function = frame->function;
	char *pattern = NULL;
	size_t size;
	FILE *out = open_memstream(&pattern, &size);
	bool is_made = true;

	if (out == NULL)
		return NULL;
	if (function == NULL)
		write_name(frame->module, strlen(frame->module), out);
	else if (mangled_is_needed(function))
		is_made = mangled_write_pattern(function, is_own, out);
	else
		write_name(function, frame_name_length(function), out);
	if (fclose(out) == 0 && is_made && size > 0)
		return pattern;
	free(pattern);
	return NULL;
}

static char *make_line(const struct report_site *site, size_t at, bool is_own)
{
	const struct report_frame *frame = &site->frames[at];
	char *pattern = make_pattern(frame, is_own);
	const char *kind = frame->function != NULL ? "function:" : "module:";
	char *line = NULL;

	if (!is_in_origin(site, at))
		kind = "stack:";
	if (pattern != NULL && asprintf(&line, "%s%s", kind, pattern) < 0)
		line = NULL;
	free(pattern);
	return line;
}

/* Whether a pattern would suppress everything: of the whole program, or below main(). */
static bool is_too_wide(const struct report_site *site, size_t at, bool is_own)
{
	const struct report_frame *frame = &site->frames[at];

	if (frame->function == NULL)
		return is_own || frame->module == NULL;
	return !is_in_origin(site, at) &&
	       (strcmp(frame->function, "main") == 0 || frame_is_runtime(frame));
}

/* Returns the line for a site; NULL if there is none. */
static char *line_of(const struct report *report, const struct report_site *site)
{
	char *line = NULL;

	/* An unlock of a sealed heap, for example, which cannot be suppressed. */
	if (group_family(site->function) == GROUP_OTHER)
		return NULL;
	/* A lambda, say, has no pattern: take the next function that has one, which called it. */
	for (size_t at = real_frame(site, site->origin); line == NULL && at < site->frame_count;
	     at = real_frame(site, at + 1)) {
		bool is_own = is_program(report, site, &site->frames[at]);

		if (is_too_wide(site, at, is_own))
			return NULL;
		line = make_line(site, at, is_own);
	}
	return line;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
	const char *left = ((const struct entry *)a)->line;
	const char *right = ((const struct entry *)b)->line;

	if (left == NULL || right == NULL)
		return (left == NULL) - (right == NULL);
	return strcmp(left, right);
}

static int compare_violations(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->violations != right->violations)
		return left->violations > right->violations ? -1 : 1;
	return compare_lines(a, b);
}

static void merge(struct entry *entry, struct entry *other)
{
	if (__builtin_add_overflow(entry->violations, other->violations, &entry->violations))
		entry->violations = UINT64_MAX;
	entry->sites += other->sites;
	free(other->line);
}

/* Makes equal lines one entry. Returns how many entries there are. */
static size_t merge_equal(struct entry *entries, size_t count)
{
	size_t kept = 0;

	qsort(entries, count, sizeof(*entries), compare_lines);
	for (size_t i = 1; i < count; i++) {
		if (compare_lines(&entries[kept], &entries[i]) == 0)
			merge(&entries[kept], &entries[i]);
		else
			entries[++kept] = entries[i];
	}
	return count > 0 ? kept + 1 : 0;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void write_sum(const struct entry *entry, FILE *out)
{
	fprintf(out, "# %" PRIu64 " violation%s at %zu site%s", entry->violations,
		plural(entry->violations), entry->sites, plural(entry->sites));
}

static void write_entries(const struct entry *entries, size_t count, FILE *out)
{
	struct entry none = {0}, rest = {0};
	size_t written = 0, bytes = 0;

	fputs("# Keep what you accept, and say why.\n", out);
	for (size_t i = 0; i < count; i++) {
		struct entry entry = entries[i], *left = entry.line == NULL ? &none : &rest;

		bytes += entry.line != NULL ? strlen(entry.line) + COMMENT_MAX : 0;
		if (entry.line == NULL || written == PL_SUPPRESS_PATTERNS_MAX ||
		    bytes > PL_SUPPRESS_FILE_MAX - 4 * COMMENT_MAX) {
			entry.line = NULL;
			merge(left, &entry);
			continue;
		}
		fputc('\n', out);
		write_sum(&entry, out);
		fprintf(out, "\n%s\n", entry.line);
		written++;
	}
	if (rest.sites > 0) {
		fputc('\n', out);
		write_sum(&rest, out);
		fputs(" more, for which a file has no room\n", out);
	}
	if (none.sites > 0) {
		fputc('\n', out);
		write_sum(&none, out);
		fputs(" that no pattern can name\n", out);
	}
}

bool suggest_suppressions(const struct report *report, FILE *out)
{
	size_t count = report->site_count;
	struct entry *entries = calloc(count + 1, sizeof(*entries));

	if (entries == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){
			.line = line_of(report, &report->sites[i]),
			.violations = report->sites[i].count,
			.sites = 1,
		};
	count = merge_equal(entries, count);
	qsort(entries, count, sizeof(*entries), compare_violations);
	write_entries(entries, count, out);
	for (size_t i = 0; i < count; i++)
		free(entries[i].line);
	free(entries);
	return true;
}
