/* SPDX-License-Identifier: MIT */
/*
 * Puts lines together and holds reports back: only the build-id lines at a report's end say which
 * files may be asked. It must not know what a place is.
 */
#define _GNU_SOURCE
#include "annotate.h"

#include "escape.h"
#include "named.h"
#include "naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELD_SIZE ((size_t)64 * 1024)

struct annotator {
	struct namer *namer;
	struct known known;
	bool in_block; /* the held text begins with a report */
	bool has_ids;  /* its build-id lines have begun */
	bool passing;  /* the rest of a line that is longer than the held text may be */
	size_t start;  /* where the part begins that is not done yet */
	size_t seen;   /* up to here the lines belong to the report */
	size_t length;
	char held[HELD_SIZE];
};

struct annotator *annotator_new(const struct namer_options *options)
{
	struct annotator *annotator = malloc(sizeof(*annotator));

	if (annotator == NULL)
		return NULL;
	memset(annotator, 0, offsetof(struct annotator, held));
	annotator->namer = namer_new(options);
	if (annotator->namer != NULL)
		return annotator;
	free(annotator);
	return NULL;
}

void annotator_free(struct annotator *annotator)
{
	if (annotator == NULL)
		return;
	known_forget(&annotator->known);
	namer_free(annotator->namer);
	free(annotator);
}

/* ---- a report that is complete --------------------------------------------------------------- */

/* Takes the first line off the text; it has its newline, if there is one. */
static struct slice take_line(struct slice *text)
{
	struct slice line = slice_line(*text);

	if (line.length < text->length)
		line.length++;
	text->start += line.length;
	text->length -= line.length;
	return line;
}

static struct slice without_newline(struct slice line)
{
	return slice_line(line);
}

/* Writes nothing for a build-id line, or why the frames of its module have no names. */
static void write_build_id(const struct annotator *annotator, const struct build_id *id, FILE *out)
{
	char *path = escape_undo(id->path);
	char *hex = strndup(id->hex.start, id->hex.length);

	if (path != NULL && hex != NULL)
		named_write_if_other(annotator->namer, path, hex, out);
	free(path);
	free(hex);
}

/* Writes lines with the places named. told: the build-ids of their modules are known. */
static void write_lines(const struct annotator *annotator, struct slice text, bool told, FILE *out)
{
	const struct naming naming = {annotator->namer, &annotator->known, told};

	while (text.length > 0) {
		struct slice whole = take_line(&text);
		struct slice line = without_newline(whole);
		struct build_id id;

		if (annotator->in_block && build_id_parse(line, &id)) {
			write_build_id(annotator, &id, out);
			continue;
		}
		naming_write(&naming, line, out);
		fwrite(whole.start + line.length, 1, whole.length - line.length, out);
	}
}

/* Writes the lines seen, which are done then. told as for write_lines(). */
static void release(struct annotator *annotator, bool told, FILE *out)
{
	struct slice lines = {annotator->held + annotator->start,
			      annotator->seen - annotator->start};

	write_lines(annotator, lines, told, out);
	annotator->start = annotator->seen;
	annotator->in_block = false;
}

/* ---- which lines belong together ------------------------------------------------------------- */

static bool is_head(struct slice line)
{
	return slice_skip(&line, "phaselock: violation: ");
}

static bool is_verdict(struct slice line)
{
	return slice_skip(&line, "phaselock: ") &&
	       (slice_skip(&line, "aborting (") || slice_skip(&line, "allowed (") ||
		slice_skip(&line, "denied ("));
}

static void begin_block(struct annotator *annotator)
{
	known_begin(&annotator->known);
	annotator->in_block = true;
	annotator->has_ids = false;
}

/* Handles the next unseen line; `length` includes its newline. */
static void see_line(struct annotator *annotator, struct slice line, size_t length, FILE *out)
{
	bool verdict = annotator->in_block && is_verdict(line);
	struct build_id id;
	bool is_id = build_id_parse(line, &id);

	/* A line that cannot belong to the report before it ends that report. */
	if (annotator->in_block && !verdict && !is_id && (annotator->has_ids || is_head(line)))
		release(annotator, annotator->has_ids, out);
	if (!annotator->in_block && (is_head(line) || naming_is_frame(line)))
		begin_block(annotator);
	if (is_id) {
		known_note(&annotator->known, &id);
		annotator->has_ids = true;
	}
	annotator->seen += length;
	if (verdict || !annotator->in_block)
		release(annotator, verdict, out);
}

static void see_lines(struct annotator *annotator, FILE *out)
{
	for (;;) {
		const char *start = annotator->held + annotator->seen;
		const char *end = memchr(start, '\n', annotator->length - annotator->seen);

		if (end == NULL)
			break;
		see_line(annotator, (struct slice){start, (size_t)(end - start)},
			 (size_t)(end + 1 - start), out);
	}
	annotator->length -= annotator->start;
	annotator->seen -= annotator->start;
	memmove(annotator->held, annotator->held + annotator->start, annotator->length);
	annotator->start = 0;
}

/* The held text is full: lets go a report as it is, or a line that will never be one of ours. */
static void make_room(struct annotator *annotator, FILE *out)
{
	if (annotator->seen > 0) {
		release(annotator, annotator->has_ids, out);
		see_lines(annotator, out);
		return;
	}
	annotator->passing = true;
	fwrite(annotator->held, 1, annotator->length, out);
	annotator->length = 0;
}

/* Returns how many bytes at the start of the text are the rest of a line that is too long. */
static size_t pass(struct annotator *annotator, struct slice text, FILE *out)
{
	struct slice line = take_line(&text);

	fwrite(line.start, 1, line.length, out);
	annotator->passing = line.start[line.length - 1] != '\n';
	return line.length;
}

static void take_text(struct annotator *annotator, struct slice text, FILE *out)
{
	while (text.length > 0) {
		size_t length = HELD_SIZE - annotator->length;

		if (annotator->passing) {
			length = pass(annotator, text, out);
		} else {
			length = length < text.length ? length : text.length;
			memcpy(annotator->held + annotator->length, text.start, length);
			annotator->length += length;
			see_lines(annotator, out);
			if (annotator->length == HELD_SIZE)
				make_room(annotator, out);
		}
		text.start += length;
		text.length -= length;
	}
}

/* ---- the stream ------------------------------------------------------------------------------ */

/* Without memory for the named text, passes the raw text on, so that nothing is lost. */
static void give_raw(struct annotator *annotator, struct slice text, annotator_sink sink,
		     void *context)
{
	if (annotator->length > 0)
		sink(context, annotator->held, annotator->length);
	if (text.length > 0)
		sink(context, text.start, text.length);
	annotator->length = annotator->seen = 0;
	annotator->in_block = false;
}

/* Handles what is left at the end: a line without newline, and a report without verdict. */
static void take_rest(struct annotator *annotator, FILE *out)
{
	struct slice line = {annotator->held + annotator->seen,
			     annotator->length - annotator->seen};

	if (line.length > 0)
		see_line(annotator, line, line.length, out);
	release(annotator, annotator->has_ids, out);
	annotator->start = annotator->seen = annotator->length = 0;
	annotator->passing = false;
}

static void take(struct annotator *annotator, struct slice text, bool at_end, annotator_sink sink,
		 void *context)
{
	char *done = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&done, &length);

	if (out == NULL) {
		give_raw(annotator, text, sink, context);
		return;
	}
	take_text(annotator, text, out);
	if (at_end)
		take_rest(annotator, out);
	fclose(out);
	if (length > 0)
		sink(context, done, length);
	free(done);
}

void annotator_feed(struct annotator *annotator, const char *text, size_t length,
		    annotator_sink sink, void *context)
{
	take(annotator, (struct slice){text, length}, false, sink, context);
}

void annotator_flush(struct annotator *annotator, annotator_sink sink, void *context)
{
	take(annotator, (struct slice){"", 0}, true, sink, context);
}
