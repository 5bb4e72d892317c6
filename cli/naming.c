/* SPDX-License-Identifier: MIT */
/*
 * The lines with places in them: a frame, the site of a scope, a line of the closing table. All
 * other lines are written as they are. So is a place of which the files know nothing, except for
 * what no report has in it.
 */
#define _GNU_SOURCE
#include "naming.h"

#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Writes a part of a report's line, which need not have come from the library. */
static void write_slice(struct slice text, FILE *out)
{
	escape_write_part(text, out);
}

/* ---- what the files say ---------------------------------------------------------------------- */

/* All that is known of a place. */
struct found {
	/* the name that the report has, demangled, as escaped as it came; or NULL */
	char *reported;
	const struct answer *files; /* what they say; valid until the next place is looked up */
};

static char *demangled(const struct naming *naming, char *name)
{
	const struct question question = {.path = "", .function = name};
	const char *better = NULL;

	if (name != NULL && strncmp(name, "_Z", 2) == 0)
		better = namer_ask(naming->namer, &question)->demangled;
	if (better == NULL)
		return name;
	free(name);
	return strdup(better);
}

/*
 * The path is from some folder of the process: what lies there is its file only if its build-id is.
 */
static bool may_be_another(const struct question *question)
{
	return question->path[0] != '/' &&
	       (question->build_id == NULL || question->build_id[0] == '\0');
}

static const struct answer *ask_files(const struct naming *naming, const struct place *place)
{
	static const struct answer nothing = {.state = MODULE_ABSENT};
	char *escaped = strndup(place->path.start, place->path.length);
	char *path = escape_undo(place->path);
	struct question question = {.path = path, .offset = place->offset, .function = ""};
	const struct answer *answer = &nothing;

	if (escaped != NULL && path != NULL) {
		question.build_id = known_find(naming->known, escaped, naming->in_block);
		if (!may_be_another(&question))
			answer = namer_ask(naming->namer, &question);
	}
	free(escaped);
	free(path);
	return answer;
}

/*
 * Ask for the name separately: it is known when no file is, and no file is to blame for its cost.
 */
static struct found look_up(const struct naming *naming, const struct place *place)
{
	struct found found = {0};

	if (place->function.length > 0)
		found.reported = demangled(naming, escape_undo(place->function));
	found.files = ask_files(naming, place);
	return found;
}

static bool has_line(const struct answer *files)
{
	return files->count > 0 && files->functions[0].file != NULL;
}

/*
 * Keeps the exported name of the outermost function, if that is the same function: a library calls
 * its own functions by further names, which nobody else knows (strdup is __GI___strdup).
 */
static void write_name(const struct place *place, const struct found *found, size_t i, FILE *out)
{
	const struct answer *files = found->files;
	const char *name = files->functions[i].name;

	if (i + 1 == files->count && found->reported != NULL && files->symbol != NULL &&
	    files->symbol_offset == place->function_offset)
		name = found->reported;
	escape_write(name != NULL ? name : "??", out);
}

static void write_line(const char *file, unsigned line, FILE *out)
{
	fputc(' ', out);
	escape_write(file, out);
	fprintf(out, ":%u", line);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* "(PATH+0xHEX)" as it stands in the report. */
static struct slice parenthesis(const struct place *place)
{
	const char *start = place->path.start - 1;

	return (struct slice){start, (size_t)(place->text.start + place->text.length - start)};
}

/*
 * Writes the place without a line. The exported name stays unless the symbol table knows a function
 * that begins nearer, since many a function has several names.
 */
static void write_raw(const struct place *place, const struct found *found, FILE *out)
{
	struct slice mangled = place->function;
	const char *symbol = found->files->symbol, *name = found->reported;
	uint64_t symbol_offset = found->files->symbol_offset;

	if (symbol != NULL &&
	    (place->function.length == 0 || symbol_offset < place->function_offset)) {
		escape_write(symbol, out);
		fprintf(out, "+0x%" PRIx64 " ", symbol_offset);
		write_slice(parenthesis(place), out);
	} else if (name != NULL && slice_skip(&mangled, "_Z") && strncmp(name, "_Z", 2) != 0) {
		escape_write(name, out);
		fprintf(out, "+0x%" PRIx64 " ", place->function_offset);
		write_slice(parenthesis(place), out);
	} else {
		write_slice(place->text, out);
	}
}

/* Writes the innermost function alone, on the same line: for the closing table and a scope. */
static void write_short(const struct naming *naming, struct slice text, bool with_folder, FILE *out)
{
	struct found found;
	struct place place;

	if (!place_parse(text, &place)) {
		write_slice(text, out);
		return;
	}
	found = look_up(naming, &place);
	if (has_line(found.files)) {
		const char *file = found.files->functions[0].file;
		const char *slash = with_folder ? NULL : strrchr(file, '/');

		write_name(&place, &found, 0, out);
		write_line(slash != NULL ? slash + 1 : file, found.files->functions[0].line, out);
	} else {
		write_raw(&place, &found, out);
	}
	free(found.reported);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Takes "    #N " off the front. */
static bool skip_number(struct slice *line)
{
	size_t digits = 0;

	if (!slice_skip(line, "    #"))
		return false;
	while (digits < line->length && line->start[digits] >= '0' && line->start[digits] <= '9')
		digits++;
	line->start += digits;
	line->length -= digits;
	return digits > 0 && slice_skip(line, " ");
}

bool naming_is_frame(struct slice line)
{
	struct place place;

	if (!skip_number(&line))
		return false;
	return place_parse(line, &place) || place_is_address(line);
}

/* Writes all functions that are inlined here, each on a line of its own with the frame's number. */
static void write_frame(const struct naming *naming, struct slice prefix, const struct place *place,
			FILE *out)
{
	struct found found = look_up(naming, place);

	if (!has_line(found.files)) {
		write_slice(prefix, out);
		write_raw(place, &found, out);
	} else {
		for (size_t i = 0; i < found.files->count; i++) {
			const struct answer_function *function = &found.files->functions[i];

			write_slice(prefix, out);
			write_name(place, &found, i, out);
			if (function->file != NULL)
				write_line(function->file, function->line, out);
			if (i + 1 < found.files->count)
				fputs(" (inlined)\n", out);
		}
	}
	free(found.reported);
}

/* Takes "phaselock:   COUNT x FUNCTION  " off the front. */
static bool skip_count(struct slice *line)
{
	struct slice rest = *line;
	const char *blanks;
	size_t digits = 0;

	if (!slice_skip(&rest, "phaselock:   "))
		return false;
	while (digits < rest.length && rest.start[digits] >= '0' && rest.start[digits] <= '9')
		digits++;
	rest.start += digits;
	rest.length -= digits;
	if (digits == 0 || !slice_skip(&rest, " x "))
		return false;
	blanks = memmem(rest.start, rest.length, "  ", 2);
	if (blanks == NULL)
		return false;
	line->length -= (size_t)(blanks + 2 - line->start);
	line->start = blanks + 2;
	return true;
}

static void write_list(const struct naming *naming, struct slice list, FILE *out)
{
	static const char between[] = " < ";

	for (;;) {
		size_t length = place_length(list);

		write_short(naming, (struct slice){list.start, length}, false, out);
		list.start += length;
		list.length -= length;
		if (!slice_skip(&list, between))
			return;
		fputs(between, out);
	}
}

void naming_write(const struct naming *naming, struct slice line, FILE *out)
{
	struct slice rest = line;
	struct place place;

	if (skip_number(&rest) && place_parse(rest, &place)) {
		struct slice prefix = {line.start, line.length - rest.length};

		write_frame(naming, prefix, &place, out);
		return;
	}
	rest = line;
	if (slice_skip(&rest, "  forbidden by ") || slice_skip(&rest, "  forbidden since ")) {
		write_slice((struct slice){line.start, line.length - rest.length}, out);
		write_short(naming, rest, true, out);
		return;
	}
	rest = line;
	if (skip_count(&rest)) {
		write_slice((struct slice){line.start, line.length - rest.length}, out);
		write_list(naming, rest, out);
		return;
	}
	fwrite(line.start, 1, line.length, out);
}
