/* SPDX-License-Identifier: MIT */
/* The names of a record's places. It must not know what the sites are of. */
#define _GNU_SOURCE
#include "names.h"

#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding --------------------------------------------------------------------------------- */

static int compare_frames(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Returns all frames of all sites and of the profile, each once, in their order. */
static uint64_t *list_frames(const struct record *record, size_t *count)
{
	const struct profile *profile = &record->profile;
	uint64_t *frames =
		calloc(record->site_count * PHASELOCK_FRAMES_MAX + profile->node_count + 1,
		       sizeof(*frames));
	size_t all = 0, kept = 0;

	if (frames == NULL)
		return NULL;
	for (size_t i = 0; i < record->site_count; i++) {
		const struct pl_layout_site *site = &record->sites[i];

		if (site->count == 0)
			continue;
		memcpy(frames + all, site->frames, site->frame_count * sizeof(*frames));
		all += site->frame_count;
	}
	for (size_t i = 0; i < profile->node_count; i++)
		if (profile->nodes[i].node.flags == 0)
			frames[all++] = profile->nodes[i].node.place;
	qsort(frames, all, sizeof(*frames), compare_frames);
	for (size_t i = 0; i < all; i++)
		if (i == 0 || frames[i] != frames[kept - 1])
			frames[kept++] = frames[i];
	*count = kept;
	return frames;
}

static void write_line(uint64_t frame, const char *function, const char *file, unsigned line,
		       FILE *out)
{
	fprintf(out, "%" PRIx64 "\t", frame);
	if (function != NULL)
		escape_write(function, out);
	fputc('\t', out);
	if (file != NULL)
		escape_write(file, out);
	fprintf(out, "\t%u\n", line);
}

static void hex_of(const struct pl_layout_module *module, char hex[65])
{
	for (uint32_t i = 0; i < module->build_id_size; i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", module->build_id[i]);
	hex[2 * (size_t)module->build_id_size] = '\0';
}

static void name_frame(const struct record *record, uint64_t frame, struct namer *namer, FILE *out)
{
	struct record_place place = record_place(record, frame);
	const struct pl_layout_module *module = &record->modules[place.module - 1];
	char build_id[65];
	struct question question = {.build_id = build_id, .offset = place.offset, .function = ""};
	const struct answer *answer;

	/* A path that was cut, or is relative to some folder, may be that of another file. */
	if (place.module == 0 || module->path[0] != '/' ||
	    memchr(module->path, '\0', sizeof(module->path)) == NULL)
		return;
	hex_of(module, build_id);
	question.path = module->path;
	answer = namer_ask(namer, &question);
	for (size_t i = 0; i < answer->count; i++)
		write_line(frame, answer->functions[i].name, answer->functions[i].file,
			   answer->functions[i].line, out);
	if (answer->count == 0 && answer->symbol != NULL)
		write_line(frame, answer->symbol, NULL, 0, out);
}

void names_collect(struct record *record, struct namer *namer)
{
	size_t count = 0, size = 0;
	uint64_t *frames = list_frames(record, &count);
	char *text = NULL;
	FILE *out = frames != NULL ? open_memstream(&text, &size) : NULL;

	for (size_t i = 0; out != NULL && i < count; i++)
		name_frame(record, frames[i], namer, out);
	free(frames);
	if (out == NULL || fclose(out) != 0)
		return;
	free(record->names);
	record->names = text;
	record->names_size = size;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Ends the field that begins at *next; returns it, or NULL if there is none before the end. */
static char *take(char **next, char end)
{
	char *start = *next, *stop = strchr(start, end);

	if (stop == NULL)
		return NULL;
	*stop = '\0';
	*next = stop + 1;
	return start;
}

static char *name_in(char *field)
{
	if (field[0] == '\0')
		return NULL;
	escape_undo_here(field);
	return field;
}

static bool read_line(char *text, struct names_line *line)
{
	char *frame = take(&text, '\t'), *end = frame;
	char *function = frame != NULL ? take(&text, '\t') : NULL;
	char *file = function != NULL ? take(&text, '\t') : NULL;

	if (file == NULL)
		return false;
	line->frame = strtoull(frame, &end, 16);
	if (end == frame || *end != '\0')
		return false;
	line->function = name_in(function);
	line->file = name_in(file);
	line->line = (unsigned)strtoul(text, NULL, 10);
	return true;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		count++;
	}
	return count;
}

/* Keeps the lines of one frame in their order: they lie one behind the other in the text. */
static int compare_lines(const void *a, const void *b)
{
	const struct names_line *x = a, *y = b;

	if (x->frame != y->frame)
		return x->frame > y->frame ? 1 : -1;
	return 0;
}

static bool is_sorted(const struct names *names)
{
	for (size_t i = 1; i < names->count; i++)
		if (compare_lines(&names->lines[i - 1], &names->lines[i]) > 0)
			return false;
	return true;
}

struct names names_read(struct record *record)
{
	struct names names = {NULL, 0};
	char *next = record->names, *line;

	if (next == NULL)
		return names;
	names.lines = calloc(count_lines(next) + 1, sizeof(*names.lines));
	while (names.lines != NULL && (line = take(&next, '\n')) != NULL)
		names.count += read_line(line, &names.lines[names.count]);
	/* Reads what names_collect() writes; but somebody else may have written the file. */
	if (!is_sorted(&names))
		qsort(names.lines, names.count, sizeof(*names.lines), compare_lines);
	return names;
}

const struct names_line *names_find(const struct names *names, uint64_t frame, size_t *count)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->lines[middle].frame < frame)
			low = middle + 1;
		else
			high = middle;
	}
	*count = 0;
	while (low + *count < names->count && names->lines[low + *count].frame == frame)
		++*count;
	return names->lines + low;
}

void names_free(struct names *names)
{
	free(names->lines);
}
