/* SPDX-License-Identifier: MIT */
/*
 * Lines on stderr. It must not know what is said.
 */
#define _GNU_SOURCE
#include "say.h"

#include "escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 80

/* Lines of a terminal so far. */
static size_t lines_said;

/* Whose lines these are. */
static const char *speaker = "run";

void say_for(const char *verb)
{
	speaker = verb;
}

size_t say_lines_of(const char *message)
{
	size_t columns = strlen("phaselock ") + strlen(speaker) + strlen(": ") + strlen(message);

	return (columns + WIDTH - 1) / WIDTH;
}

size_t say_lines(void)
{
	return lines_said;
}

void say_as(const char *verb, const char *format, va_list arguments)
{
	char *message;

	if (vasprintf(&message, format, arguments) < 0) /* no memory for more than the bare words */
		message = NULL;
	fprintf(stderr, "phaselock %s: ", verb);
	escape_write(message != NULL ? message : format, stderr);
	fputc('\n', stderr);
	lines_said += say_lines_of(message != NULL ? message : format);
	free(message);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as(speaker, format, arguments);
	va_end(arguments);
}
