/* SPDX-License-Identifier: MIT */
/*
 * The patterns of suppressions=: read, kept and counted, all in static memory. It must not know
 * what a request is, or what is matched: the command links it, too.
 */
#include "common/suppress.h"

#include "common/glob.h"
#include "common/os.h"

#include <stdatomic.h>
#include <string.h>

#define BLANKS " \t\r\v\f"

static const char *const kinds[] = {"function:", "module:", "stack:"};

/*
 * Written by the constructor and read-only from then on, so it fills whole pages; read by any
 * thread. globs has room for all: a pattern is shorter than its line was.
 */
static union {
	struct {
		const char *file_name;
		struct pl_suppress_pattern patterns[PL_SUPPRESS_PATTERNS_MAX];
		unsigned count;
		char globs[PL_SUPPRESS_FILE_MAX];
		size_t globs_used;
	};
	_Alignas(PL_PAGE_SIZE) char pages[10 * PL_PAGE_SIZE];
} kept;

_Static_assert(sizeof(kept) == sizeof(kept.pages), "nothing else lies on them");

/* How many requests each pattern suppressed; any thread adds, relaxed. */
static _Atomic uint64_t counts[PL_SUPPRESS_PATTERNS_MAX];

/* A line of the text, without its end, and without the blanks around it. */
struct line {
	const char *start;
	size_t length;
	unsigned number;
};

static bool is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

static void trim(struct line *line)
{
	for (; line->length > 0 && is_blank(line->start[0]); line->length--)
		line->start++;
	while (line->length > 0 && is_blank(line->start[line->length - 1]))
		line->length--;
}

static void begin_fault(struct pl_text *errors, unsigned line)
{
	pl_text_append(errors, "phaselock: suppressions ");
	pl_text_quote(errors, kept.file_name);
	if (line > 0)
		pl_text_append(errors, ":%lu", (uint64_t)line);
	pl_text_append(errors, ": ");
}

/* Appends a fault in a pattern's line, and quotes the line. */
static void append_fault(struct pl_text *errors, const struct line *line, const char *message)
{
	char shown[64];
	size_t length = line->length < sizeof(shown) - 1 ? line->length : sizeof(shown) - 1;

	memcpy(shown, line->start, length);
	shown[length] = '\0';
	begin_fault(errors, line->number);
	pl_text_append(errors, "%s: \"", message);
	pl_text_quote(errors, shown);
	pl_text_append(errors, "%s\"\n", line->length > length ? "..." : "");
}

/* Removes the kind in front of the pattern; returns whether there was one, and a pattern. */
static bool take_kind(struct line *line, enum pl_suppress_kind *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i]);

		if (line->length < length || memcmp(line->start, kinds[i], length) != 0)
			continue;
		line->start += length;
		line->length -= length;
		trim(line);
		*kind = (enum pl_suppress_kind)i;
		return line->length > 0;
	}
	return false;
}

/* Keeps the pattern of a line; returns whether the line was right. */
static bool keep(struct line line, struct pl_text *errors)
{
	const struct line whole = line;
	struct pl_suppress_pattern *pattern = &kept.patterns[kept.count];
	char *glob = kept.globs + kept.globs_used;

	if (memchr(line.start, '\0', line.length) != NULL) {
		append_fault(errors, &whole, "a NUL byte in the line");
		return false;
	}
	if (!take_kind(&line, &pattern->kind)) {
		append_fault(errors, &whole, "want function:, module: or stack: and a pattern");
		return false;
	}
	memcpy(glob, line.start, line.length);
	glob[line.length] = '\0';
	if (!pl_glob_is_valid(glob)) {
		append_fault(errors, &whole, "a [ without its ], or nothing behind a \\");
		return false;
	}
	pattern->glob = glob;
	pattern->line = line.number;
	kept.count++;
	kept.globs_used += line.length + 1;
	return true;
}

/* Reads one line of the text; returns false if it has a fault. */
static bool read_line(struct line line, struct pl_text *errors)
{
	trim(&line);
	if (line.length == 0 || line.start[0] == '#')
		return true;
	if (line.length <= PL_SUPPRESS_LINE_MAX)
		return keep(line, errors);
	begin_fault(errors, line.number);
	pl_text_append(errors, "more than %lu bytes in the line\n", (uint64_t)PL_SUPPRESS_LINE_MAX);
	return false;
}

/* Whether a line would be one pattern too many. */
static bool is_full(struct line line)
{
	trim(&line);
	return kept.count == PL_SUPPRESS_PATTERNS_MAX && line.length > 0 && line.start[0] != '#';
}

unsigned pl_suppress_parse(const char *text, size_t length, const char *file,
			   struct pl_text *errors)
{
	struct line line = {.number = 0};
	const char *end = text + length;
	unsigned faults = 0;

	kept.file_name = file;
	kept.count = 0;
	kept.globs_used = 0;
	if (length > PL_SUPPRESS_FILE_MAX) {
		begin_fault(errors, 0);
		pl_text_append(errors, "more than %lu bytes; the rest is not read\n",
			       (uint64_t)PL_SUPPRESS_FILE_MAX);
		faults++;
		/* The last whole line is the last that counts. */
		for (end = text + PL_SUPPRESS_FILE_MAX; end > text && end[-1] != '\n';)
			end--;
	}
	for (; text < end; text += line.length + 1) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		line.start = text;
		line.length = (size_t)((newline != NULL ? newline : end) - text);
		line.number++;
		if (is_full(line)) {
			begin_fault(errors, line.number);
			pl_text_append(errors, "more than %lu patterns; the rest is not read\n",
				       (uint64_t)PL_SUPPRESS_PATTERNS_MAX);
			return faults + 1;
		}
		faults += !read_line(line, errors);
	}
	return faults;
}

unsigned pl_suppress_read(const char *path, struct pl_text *errors)
{
	static char text[PL_SUPPRESS_FILE_MAX + 1]; /* one more, to see whether there is more */
	size_t length = 0;
	const char *fault = pl_os_read_file(path, text, sizeof(text), &length);

	if (fault == NULL)
		return pl_suppress_parse(text, length, path, errors);
	kept.file_name = path;
	kept.count = 0;
	begin_fault(errors, 0);
	pl_text_append(errors, "cannot be read: %s\n", fault);
	return 1;
}

void pl_suppress_freeze(void)
{
	pl_os_freeze(&kept, sizeof(kept));
}

const struct pl_suppress_pattern *pl_suppress_pattern(unsigned number)
{
	return number < kept.count ? &kept.patterns[number] : NULL;
}

void pl_suppress_count(int pattern)
{
	atomic_fetch_add_explicit(&counts[pattern], 1, memory_order_relaxed);
}

void pl_suppress_tell(unsigned number, bool unmatched, struct pl_text *text)
{
	const struct pl_suppress_pattern *pattern = &kept.patterns[number];
	uint64_t count = atomic_load_explicit(&counts[number], memory_order_relaxed);

	if ((count == 0) != unmatched)
		return;
	if (unmatched) {
		pl_text_append(text, "phaselock: suppressions: ");
		pl_text_quote(text, kept.file_name);
		pl_text_append(text, ":%lu: %s", (uint64_t)pattern->line, kinds[pattern->kind]);
		pl_text_quote(text, pattern->glob);
		pl_text_append(text, " matched nothing\n");
		return;
	}
	pl_text_append(text, "phaselock: suppressed: %lu request%s by %s", count,
		       count == 1 ? "" : "s", kinds[pattern->kind]);
	pl_text_quote(text, pattern->glob);
	pl_text_append(text, " (");
	pl_text_quote(text, kept.file_name);
	pl_text_append(text, ":%lu)\n", (uint64_t)pattern->line);
}
