/* SPDX-License-Identifier: MIT */
/*
 * The first line of a failure: names of a few functions, from the library function that the program
 * called outwards. All of it stands further down in the text, and is taken from there. It must not
 * know what was asserted.
 */
#define _GNU_SOURCE
#include "first.h"

#include "frames.h"
#include "names.h"
#include "text.h"

#include "../lib/common/quote.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 4
#define NAME_MOST 64   /* bytes of a function's name */
#define ADDED_MOST 480 /* bytes that the line gets */

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static bool is_frame(const char *line)
{
	return strncmp(line, "    #", 5) == 0;
}

/*
 * Returns the line of the first request that has a stack below it, or NULL. What a child wrote is
 * quoted in such a text, too: its lines stand further in, below a line that ends in a colon.
 */
static const char *find_request(const char *text)
{
	for (const char *line = next_line(text); *line != '\0'; line = next_line(line)) {
		size_t length = strcspn(line, "\n");

		if (strspn(line, " ") == 2 && line[length - 1] != ':' &&
		    strncmp(next_line(line), "    #0 ", 7) == 0)
			return line;
	}
	return NULL;
}

/* Returns the number of the first frame that is of no run-time library, in a text without names. */
static unsigned count_runtime(const char *request)
{
	unsigned number = 0;

	for (const char *line = next_line(request); is_frame(line); line = next_line(line)) {
		struct frame frame;

		frame_read(line, &frame);
		if (!frame_is_runtime(&frame))
			return number;
		number++;
	}
	return 0;
}

/* The function of a frame, or its module, as it stands in the text. */
static size_t find_name(const char *line, const char **name)
{
	static const char inlined[] = " (inlined)";
	size_t length = strcspn(line, "\n");
	const char *start = line + strspn(line, " #0123456789");
	const char *place;
	struct frame frame;

	*name = start;
	frame_read(line, &frame);
	if (frame.name != NULL)
		return frame.name_length;
	if (frame.module != NULL) { /* with the offset in it */
		*name = frame.module;
		return (size_t)(line + length - 1 - frame.module);
	}
	if (length > sizeof(inlined) - 1 &&
	    memcmp(line + length - (sizeof(inlined) - 1), inlined, sizeof(inlined) - 1) == 0)
		length -= sizeof(inlined) - 1;
	if (start >= line + length)
		return 0;
	place = memrchr(start, ' ', (size_t)(line + length - start));
	return (size_t)((place != NULL ? place : line + length) - start);
}

static bool begins_with_one(const char *line, const char *const *beginnings)
{
	const char *name;
	size_t length = find_name(line, &name);

	for (; *beginnings != NULL; beginnings++)
		if (length > strlen(*beginnings) &&
		    strncmp(name, *beginnings, strlen(*beginnings)) == 0)
			return true;
	return false;
}

/* Whether the frame is at a line of such a file; an inlined function's name has no namespace. */
static bool is_at(const char *line, const char *const *files)
{
	size_t length = strcspn(line, "\n");

	for (; *files != NULL; files++)
		if (memmem(line, length, *files, strlen(*files)) != NULL)
			return true;
	return false;
}

/* Templates of the C++ library are compiled into the program. */
static bool is_of_cxx_library(const char *line)
{
	static const char *const beginnings[] = {"std::", "void std::",	   "__gnu_cxx::", "_ZNSt",
						 "_ZSt",  "_ZN9__gnu_cxx", NULL};
	static const char *const files[] = {"/include/c++/", NULL};

	return begins_with_one(line, beginnings) || is_at(line, files);
}

/* Our own functions around a body, and inside of operator new, tell nobody anything. */
static bool is_ours(const char *line)
{
	static const char *const beginnings[] = {"phaselock::check_",
						 "bool phaselock::check_",
						 "testing::AssertionResult phaselock::",
						 "_ZN9phaselock",
						 "libphaselock",
						 NULL};
	static const char *const files[] = {
		"/phaselock/phaselock.hpp:", "/phaselock/gtest.h:", NULL};

	return begins_with_one(line, beginnings) || is_at(line, files);
}

/* Appends at most so many bytes, and dots if there are more; no character is cut. */
static void append_part(struct text *text, const char *part, size_t length, size_t most)
{
	size_t done = 0;

	while (done < length) {
		const char *at = part + done;
		size_t one =
			*at == '\\' ? (at[1] == 'x' ? 4 : 2) : pl_quote_plain(at, length - done);

		one = one == 0 ? 1 : one;
		if (done + one > length || done + one > most)
			break;
		done += one;
	}
	text_append(text, "%.*s%s", (int)done, part, done < length ? "..." : "");
}

/* Returns the first line that is told: of the last library function before the program's own. */
static const char *find_start(const char *request, unsigned runtime)
{
	const char *before = next_line(request);

	for (const char *line = before; is_frame(line); line = next_line(line)) {
		if (strtoul(line + 5, NULL, 10) >= runtime && !is_of_cxx_library(line))
			return before;
		before = line;
	}
	return next_line(request);
}

static void append_site(struct text *text, const char *request, unsigned runtime)
{
	const char *call = strstr(request, " x ");
	const char *end = request + strcspn(request, "\n");
	const char *line = find_start(request, runtime);

	call = call != NULL && call < end ? call + 3 : request + 2;
	text_append(text, " (first: ");
	append_part(text, call, (size_t)(end - call), NAME_MOST);
	for (unsigned told = 0; told < NAMES_MAX && is_frame(line); line = next_line(line)) {
		const char *name;
		size_t length = find_name(line, &name);

		if (is_ours(line))
			continue;
		text_append(text, told++ == 0 ? " in " : " < ");
		append_part(text, name, length, NAME_MOST);
	}
	if (is_frame(line))
		text_append(text, " < ...");
	while (is_frame(line))
		line = next_line(line);
	if (strncmp(line, "    advice: ", 12) == 0) {
		text_append(text, "; ");
		append_part(text, line + 4, strcspn(line + 4, "\n"),
			    sizeof(") ...") < ADDED_MOST - text->length
				    ? ADDED_MOST - text->length - sizeof(") ...")
				    : 0);
	}
	text_append(text, ")");
}

/* Puts it at the end of the first line, before the colon if there is one. */
static void insert(char *text, size_t size, const struct text *added)
{
	size_t at = strcspn(text, "\n"), length = added->length, rest;

	if (at > 0 && text[at - 1] == ':')
		at--;
	if (at + length + 1 > size)
		return;
	rest = strlen(text + at);
	if (rest > size - at - length - 1)
		rest = size - at - length - 1;
	memmove(text + at + length, text + at, rest);
	memcpy(text + at, added->start, length);
	text_end_whole(text, at + length + rest);
}

void first_tell(char *text, size_t size)
{
	char added[ADDED_MOST + 1] = "";
	struct text out = {.start = added, .size = sizeof(added)};
	const char *request = find_request(text);
	unsigned runtime;

	if (request == NULL) {
		names_add(text, size);
		return;
	}
	runtime = count_runtime(request);
	append_site(&out, request, runtime);
	names_add(text, size);
	request = find_request(text);
	if (request != NULL) { /* else the command's text is of a form that is not known here */
		out.length = 0;
		append_site(&out, request, runtime);
	}
	insert(text, size, &out);
}
