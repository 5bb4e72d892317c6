/* SPDX-License-Identifier: MIT */
/*
 * Reads frames: "    #3 NAME+0x1a (/path/of/module+0x2b)", of which the name may be missing, and
 * the module too. It must not know which frames matter.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "frames.h"

#include "../lib/common/runtime.h"

#include <stdlib.h>
#include <string.h>

/* Returns the last "+0x" before the end, or NULL. */
static const char *last_plus(const char *start, const char *end)
{
	for (const char *at = end; at - start >= 3; at--)
		if (memcmp(at - 3, "+0x", 3) == 0)
			return at - 3;
	return NULL;
}

static void read_module(struct frame *frame, const char *path, const char *end)
{
	const char *plus = last_plus(path, end);
	const char *slash;

	if (plus == NULL)
		return;
	slash = memrchr(path, '/', (size_t)(plus - path));
	frame->module = slash != NULL ? slash + 1 : path;
	frame->module_length = (size_t)(plus - frame->module);
}

/* Returns where the module's "(" stands, or NULL; a name, and a path, may have others. */
static const char *find_module(const char *start, const char *end)
{
	for (const char *at = start + 1; at < end; at++) {
		const char *plus;

		if (*at != '(' || at[-1] != ' ')
			continue;
		plus = last_plus(start, at);
		if (plus != NULL && strspn(plus + 3, "0123456789abcdef") == (size_t)(at - plus - 4))
			return at;
	}
	return *start == '(' ? start : NULL;
}

void frame_read(const char *line, struct frame *frame)
{
	const char *end = line + strcspn(line, "\n");
	const char *start = line + strspn(line, " #0123456789");
	const char *open = find_module(start, end);

	*frame = (struct frame){.name = NULL};
	if (open == NULL)
		return;
	read_module(frame, open + 1, end);
	if (open == start)
		return;
	frame->name = start;
	frame->name_length = (size_t)(last_plus(start, open) - start);
	frame->offset = strtoul(start + frame->name_length + 1, NULL, 16);
}

void frames_of(const struct phaselock_violation *request, struct frames *frames)
{
	const char *line;

	phaselock_describe(request, frames->text, sizeof(frames->text));
	frames->count = 0;
	line = strchr(frames->text, '\n');
	while (line != NULL && frames->count < request->frame_count) {
		const char *next = strchr(++line, '\n');

		if (next == NULL) /* it was cut */
			break;
		frame_read(line, &frames->frames[frames->count++]);
		line = next;
	}
}

bool frame_function_begins(const struct frame *frame, const char *beginning, size_t length)
{
	return frame->name != NULL && frame->name_length >= length &&
	       memcmp(frame->name, beginning, length) == 0;
}

bool frame_module_begins(const struct frame *frame, const char *beginning, size_t length)
{
	return frame->module != NULL && frame->module_length >= length &&
	       memcmp(frame->module, beginning, length) == 0;
}

bool frame_is_runtime(const struct frame *frame)
{
	char name[64] = "";

	if (frame->module == NULL)
		return false;
	/* More of the text follows the name; a name that is cut here still begins the same. */
	memcpy(name, frame->module,
	       frame->module_length < sizeof(name) ? frame->module_length : sizeof(name) - 1);
	return pl_runtime_is_library(name);
}

bool frames_same_function(void *one, void *other)
{
	const struct phaselock_violation both = {
		.function = "", .frame_count = 2, .frames = {one, other}};
	struct frames frames;

	frames_of(&both, &frames);
	return frames.count == 2 && frames.frames[0].name != NULL &&
	       frames.frames[1].name != NULL &&
	       (uintptr_t)one - frames.frames[0].offset ==
		       (uintptr_t)other - frames.frames[1].offset;
}
