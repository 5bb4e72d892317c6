/* SPDX-License-Identifier: MIT */
/*
 * Names by number, and lists by column. It must not know what they say.
 */
#define _GNU_SOURCE
#include "html_text.h"

#include "emit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *grown(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = 2 * *room + 64;
	return emit_checked(reallocarray(array, *room, size));
}

/* ---- names ----------------------------------------------------------------------------------- */

struct wanted_text {
	const struct html_names *names;
	const char *text;
};

static bool is_text(const void *context, uint32_t number)
{
	const struct wanted_text *wanted = context;

	return strcmp(wanted->names->texts[number], wanted->text) == 0;
}

/* Bytes 10xxxxxx of UTF-8 go on with a character. */
static bool goes_on(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Returns a copy of a name, without its middle if it is too long; characters stay whole. */
static char *shortened(const char *name, size_t longest)
{
	size_t length = strlen(name), head = longest / 2, tail = length - longest / 2;
	char *made;

	if (length <= longest)
		return emit_checked(strdup(name));
	while (head > 0 && goes_on(name[head]))
		head--;
	while (goes_on(name[tail]))
		tail++;
	if (asprintf(&made, "%.*s…%s", (int)head, name, name + tail) < 0)
		emit_no_memory();
	return made;
}

uint64_t html_name(struct html_names *names, const char *name)
{
	char *text = shortened(name != NULL ? name : "", names->longest);
	struct wanted_text wanted = {names, text};
	uint64_t hash = intern_add_bytes(0, text, strlen(text));
	uint32_t found = intern_find(&names->strings, hash, is_text, &wanted);

	if (found != INTERN_NONE) {
		free(text);
		return found;
	}
	names->texts = grown(names->texts, names->text_count, &names->text_room, sizeof(char *));
	names->texts[names->text_count] = text;
	return names->text_count++;
}

struct wanted_place {
	const struct html_names *names;
	const struct html_frame *frame;
};

static bool is_place(const void *context, uint32_t number)
{
	const struct wanted_place *wanted = context;

	return memcmp(&wanted->names->places[number], wanted->frame, sizeof(*wanted->frame)) == 0;
}

static uint64_t keep_place(struct html_names *names, struct html_frame frame)
{
	struct wanted_place wanted = {names, &frame};
	uint64_t hash = intern_add_bytes(0, &frame, sizeof(frame));
	uint32_t found = intern_find(&names->frames, hash, is_place, &wanted);

	if (found != INTERN_NONE)
		return found;
	names->places = grown(names->places, names->place_count, &names->place_room, sizeof(frame));
	names->places[names->place_count] = frame;
	return names->place_count++;
}

uint64_t html_frame(struct html_names *names, const struct report_frame *frame)
{
	return keep_place(names, (struct html_frame){
					 .function = html_name(names, frame->function),
					 .module = html_name(names, frame->module),
					 .file = html_name(names, frame->file),
					 .line = frame->line,
				 });
}

void html_names_begin(struct html_names *names, size_t longest)
{
	*names = (struct html_names){.longest = longest};
	html_name(names, "");
	keep_place(names, (struct html_frame){0});
}

void html_names_free(struct html_names *names)
{
	for (size_t i = 0; i < names->text_count; i++)
		free(names->texts[i]);
	free(names->texts);
	free(names->places);
	intern_free(&names->strings);
	intern_free(&names->frames);
}

/* ---- what is written ------------------------------------------------------------------------- */

void html_columns_write(const char *name, const struct html_column *columns, size_t column_count,
			const void *records, size_t size, size_t count, FILE *out)
{
	fprintf(out, "\"%s\":{", name);
	for (size_t i = 0; i < column_count; i++) {
		fprintf(out, "%s\n\"%s\":[", i > 0 ? "," : "", columns[i].name);
		for (size_t j = 0; j < count; j++) {
			uint64_t number;

			memcpy(&number, (const char *)records + j * size + columns[i].offset,
			       sizeof(number));
			fprintf(out, "%s%" PRIu64, j > 0 ? "," : "", number);
		}
		putc(']', out);
	}
	fputs("},\n", out);
}

void html_names_write(const struct html_names *names, FILE *out)
{
	static const struct html_column columns[] = {
		{"function", offsetof(struct html_frame, function)},
		{"module", offsetof(struct html_frame, module)},
		{"file", offsetof(struct html_frame, file)},
		{"line", offsetof(struct html_frame, line)},
	};
	struct emit_list strings = {.out = out};

	html_columns_write("frames", columns, sizeof(columns) / sizeof(columns[0]), names->places,
			   sizeof(*names->places), names->place_count, out);
	fputs("\"strings\":[", out);
	for (size_t i = 0; i < names->text_count; i++)
		emit_element(&strings, emit_name(names->texts[i]));
	fputs("]", out);
}
