/* SPDX-License-Identifier: MIT */
/* A place of which the files know nothing keeps what the report has. */
#define _GNU_SOURCE
#include "named.h"

#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the files say ---------------------------------------------------------------------- */

/* All that is known of a place. */
struct found {
	char *reported;		    /* the name that the report has, demangled; or NULL */
	const struct answer *files; /* what they say; valid until the next place is looked up */
};

static char *demangled(struct namer *namer, const char *name)
{
	const struct question question = {.path = "", .function = name};
	const char *better = NULL;

	if (strncmp(name, "_Z", 2) == 0)
		better = namer_ask(namer, &question)->demangled;
	return strdup(better != NULL ? better : name);
}

/*
 * The path is from some folder of the process: what lies there is its file only if its build-id is.
 */
static bool may_be_another(const struct named_place *place)
{
	return place->path[0] != '/' && (place->build_id == NULL || place->build_id[0] == '\0');
}

static const struct answer *ask_files(struct namer *namer, const struct named_place *place)
{
	static const struct answer nothing = {.state = MODULE_ABSENT};
	const struct question question = {.path = place->path,
					  .build_id = place->build_id,
					  .offset = place->offset,
					  .function = ""};

	return may_be_another(place) ? &nothing : namer_ask(namer, &question);
}

/*
 * Ask for the name separately: it is known when no file is, and no file is to blame for its cost.
 */
static struct found look_up(struct namer *namer, const struct named_place *place)
{
	struct found found = {0};

	if (place->function != NULL)
		found.reported = demangled(namer, place->function);
	found.files = ask_files(namer, place);
	return found;
}

static bool has_line(const struct answer *files)
{
	return files->count > 0 && files->functions[0].file != NULL;
}

/*
 * Returns the first function to write. The short names of our header are inlined into the function
 * that locks: they are the library's, and tell nothing.
 */
static size_t first_of(const struct answer *files)
{
	static const char header[] = "/phaselock/phaselock.h";
	size_t first = 0;

	while (first + 1 < files->count && files->functions[first + 1].file != NULL) {
		const char *file = files->functions[first].file;
		size_t length = file != NULL ? strlen(file) : 0;

		if (length < sizeof(header) - 1 ||
		    strcmp(file + length - (sizeof(header) - 1), header) != 0)
			break;
		first++;
	}
	return first;
}

/*
 * Keeps the exported name of the outermost function, if that is the same function: a library calls
 * its own functions by further names, which nobody else knows (strdup is __GI___strdup).
 */
static void write_name(const struct named_place *place, const struct found *found, size_t i,
		       FILE *out)
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

/*
 * Writes the place without a line. The exported name stays unless the symbol table knows a function
 * that begins nearer, since many a function has several names.
 */
static void write_raw(const struct named_place *place, const struct found *found, FILE *out)
{
	const char *name = found->reported, *symbol = found->files->symbol;
	uint64_t offset = place->function_offset, symbol_offset = found->files->symbol_offset;

	if (symbol != NULL && (name == NULL || symbol_offset < offset)) {
		name = symbol;
		offset = symbol_offset;
	}
	if (name != NULL) {
		escape_write(name, out);
		fprintf(out, "+0x%" PRIx64 " ", offset);
	}
	fputc('(', out);
	escape_write(place->path, out);
	fprintf(out, "+0x%" PRIx64 ")", place->offset);
}

void named_write_short(struct namer *namer, const struct named_place *place, bool with_folder,
		       FILE *out)
{
	struct found found = look_up(namer, place);

	if (has_line(found.files)) {
		size_t first = first_of(found.files);
		const char *file = found.files->functions[first].file;
		const char *slash = with_folder ? NULL : strrchr(file, '/');

		write_name(place, &found, first, out);
		write_line(slash != NULL ? slash + 1 : file, found.files->functions[first].line,
			   out);
	} else {
		write_raw(place, &found, out);
	}
	free(found.reported);
}

void named_write_frame(struct namer *namer, const char *prefix, const struct named_place *place,
		       FILE *out)
{
	struct found found = look_up(namer, place);

	if (!has_line(found.files)) {
		fputs(prefix, out);
		write_raw(place, &found, out);
	} else {
		for (size_t i = first_of(found.files); i < found.files->count; i++) {
			const struct answer_function *function = &found.files->functions[i];

			fputs(prefix, out);
			write_name(place, &found, i, out);
			if (function->file != NULL)
				write_line(function->file, function->line, out);
			if (i + 1 < found.files->count)
				fputs(" (inlined)\n", out);
		}
	}
	free(found.reported);
}

void named_write_if_other(struct namer *namer, const char *path, const char *build_id, FILE *out)
{
	const struct question question = {.path = path, .build_id = build_id, .function = ""};

	if (namer_ask(namer, &question)->state != MODULE_OTHER)
		return;
	fputs("  (", out);
	escape_write(path, out);
	fputs(" has another build-id now: its frames keep their offsets)\n", out);
}
