/* SPDX-License-Identifier: MIT */
/*
 * Recognizes requests of the test framework by the module or the function that makes them: the
 * first in the call stack that is of no run-time library. Its callers say nothing: the framework
 * calls the test, and callbacks of it. Some functions of a framework allocate for the code under
 * test, like CMocka's test_malloc(): those do not count as its own.
 */
#define PHASELOCK_OPTIONAL
#include "framework.h"

#include <phaselock/assert.h>

#include <string.h>

static struct {
	const char *words;
	const char *except;
	bool by_function; /* of one word at least */
} framework;

/* A word of the list; returns where the next one may begin. */
static const char *next_word(const char *words, size_t *length, bool *is_function)
{
	*length = strcspn(words, " ");
	*is_function = *length > 0 && words[*length - 1] == '*';
	return words + *length + strspn(words + *length, " ");
}

void phaselock_checks_ignore(const char *names, const char *except)
{
	const char *word = names, *next;
	bool by_function = false, is_function;
	size_t length;

	for (; word != NULL && *word != '\0'; word = next) {
		next = next_word(word, &length, &is_function);
		by_function |= is_function;
	}
	framework.words = names;
	framework.except = except;
	framework.by_function = by_function;
}

/* ---- by its modules -------------------------------------------------------------------------- */

static bool has_module(const struct frame *frame)
{
	const char *word = framework.words, *next;
	bool is_function;
	size_t length;

	for (; word != NULL && *word != '\0'; word = next) {
		next = next_word(word, &length, &is_function);
		if (!is_function && frame_module_begins(frame, word, length))
			return true;
	}
	return false;
}

static bool is_exception(const struct frame *frame)
{
	return framework.except != NULL &&
	       frame_function_begins(frame, framework.except, strlen(framework.except));
}

static bool made_by_module(const struct phaselock_event *event)
{
	const struct frame origin = {.module = event->origin,
				     .module_length =
					     event->origin != NULL ? strlen(event->origin) : 0};
	struct frames frames;

	if (!has_module(&origin))
		return false;
	if (framework.except == NULL)
		return true;
	frames_of(event->request, &frames);
	for (unsigned i = 0; i < frames.count; i++)
		if (is_exception(&frames.frames[i]) && has_module(&frames.frames[i]))
			return false;
	return true;
}

/* ---- by its functions ------------------------------------------------------------------------ */

/* Returns whether a frame is of C's or C++'s library. Programs have templates of it inside. */
static bool is_library(const struct frame *frame)
{
	static const char *const beginnings[] = {"_ZNSt", "_ZNKSt", "_ZSt", "_ZN9__gnu_cxx",
						 "_ZNK9__gnu_cxx"};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (frame_function_begins(frame, beginnings[i], strlen(beginnings[i])))
			return true;
	return frame_is_runtime(frame);
}

static bool has_function(const struct frame *frame)
{
	const char *word = framework.words, *next;
	bool is_function;
	size_t length;

	for (; word != NULL && *word != '\0'; word = next) {
		next = next_word(word, &length, &is_function);
		if (is_function && frame_function_begins(frame, word, length - 1))
			return true;
	}
	return false;
}

static bool made_by_function(const struct phaselock_event *event)
{
	struct frames frames;
	unsigned maker = 0;

	if (!framework.by_function)
		return false;
	frames_of(event->request, &frames);
	while (maker < frames.count && is_library(&frames.frames[maker]))
		maker++;
	if (maker == frames.count || !has_function(&frames.frames[maker]))
		return false;
	for (unsigned i = 0; i < frames.count; i++)
		if (is_exception(&frames.frames[i]))
			return false;
	return true;
}

bool framework_made(const struct phaselock_event *event)
{
	return made_by_module(event) || made_by_function(event);
}

bool framework_has(const struct frame *frame)
{
	return has_module(frame) || has_function(frame);
}
