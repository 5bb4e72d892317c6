/* SPDX-License-Identifier: MIT */
/*
 * Lines on stderr. It must not know what is said.
 */
#define _GNU_SOURCE
#include "say.h"

#include "escape.h"

#include <stdio.h>
#include <stdlib.h>

/* Whose lines these are. */
static const char *speaker = "run";

void say_for(const char *verb)
{
	speaker = verb;
}

void say_as(const char *verb, const char *format, va_list arguments)
{
	char *message;

	if (vasprintf(&message, format, arguments) < 0) /* no memory for more than the bare words */
		message = NULL;
	fprintf(stderr, "phaselock %s: ", verb);
	escape_write(message != NULL ? message : format, stderr);
	fputc('\n', stderr);
	free(message);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as(speaker, format, arguments);
	va_end(arguments);
}
