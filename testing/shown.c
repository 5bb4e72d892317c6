/* SPDX-License-Identifier: MIT */
/*
 * Where a call stack that is shown ends: at the test's function, at the thread's, or at main(). It
 * must not know what the text is for.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "shown.h"

#include "callers.h"
#include "framework.h"

#include <string.h>

/* Whether a function is one of <phaselock/cmocka.h>, in C or, with a longer name, in C++. */
static bool is_of_cmocka(const struct frame *frame)
{
	static const char name[] = "phaselock_cmocka_";

	return frame->name != NULL &&
	       memmem(frame->name, frame->name_length, name, sizeof(name) - 1) != NULL;
}

/* Whether a frame stands between a test and who runs it, if nothing but such follows. */
static bool is_of_runner(const struct frame *frame)
{
	static const char start[] = "_start";

	return frame_is_runtime(frame) || framework_has(frame) || is_of_cmocka(frame) ||
	       (frame->name_length == sizeof(start) - 1 &&
		frame_function_begins(frame, start, sizeof(start) - 1));
}

/* Takes those who run the test off the end. */
static unsigned count_without_runner(const struct frames *frames, unsigned count)
{
	if (count > frames->count)
		count = frames->count;
	while (count > 0 && is_of_runner(&frames->frames[count - 1]))
		count--;
	return count;
}

static unsigned count_shown(const struct phaselock_violation *request)
{
	struct callers_edge edge = callers_find(request);
	struct frames frames;
	unsigned count = 0;

	frames_of(request, &frames);
	/* Who runs the tests has called the test's begin from elsewhere in the same function. */
	if (edge.has_noter && frames_same_function(edge.noter, edge.last))
		count = count_without_runner(&frames, edge.frames - 1);
	if (count == 0) /* or the test itself has */
		count = count_without_runner(&frames, edge.frames);
	return count > 0 ? count : request->frame_count;
}

size_t shown_describe(const struct phaselock_violation *request, char *text, size_t size)
{
	struct phaselock_violation shown = *request;

	shown.frame_count = count_shown(request);
	return phaselock_describe(&shown, text, size);
}

void shown_append_advice(struct text *text, const struct phaselock_advice *advice)
{
	text_append(text, "    advice: %s allocates %s; %s\n", advice->function, advice->when,
		    advice->cure);
}
