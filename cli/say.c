/* SPDX-License-Identifier: MIT */
/*
 * Lines on stderr. It must not know what is said.
 */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *format, ...)
{
	va_list arguments;

	fputs("phaselock run: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}
