/* SPDX-License-Identifier: MIT */
/*
 * Demangles names by the C++ run-time library's own function, the only one of it in use. It is the
 * form of __cxa_demangle() that hands its text out piece by piece: a name of 255 bytes can stand
 * for gigabytes, and this one stops when there is too much text.
 */
#define _GNU_SOURCE
#include "demangle.h"

#include <setjmp.h>
#include <stddef.h>
#include <string.h>

/* No header declares it; it is in libsupc++.a. */
int __gcclibcxx_demangle_callback(const char *name,
				  void (*take)(const char *text, size_t length, void *context),
				  void *context);

struct demangled {
	jmp_buf too_long;
	size_t length;
	char text[DEMANGLED_MAX + 1];
};

static void take(const char *text, size_t length, void *context)
{
	struct demangled *demangled = context;

	if (length > DEMANGLED_MAX - demangled->length)
		longjmp(demangled->too_long, 1); /* over frames of C, which hold nothing */
	memcpy(demangled->text + demangled->length, text, length);
	demangled->length += length;
}

char *demangle(const char *name)
{
	struct demangled demangled;

	demangled.length = 0;
	/* Without the prefix it would take the names of types: a C function `i` would be an int. */
	if (strncmp(name, "_Z", 2) != 0 || setjmp(demangled.too_long) != 0 ||
	    __gcclibcxx_demangle_callback(name, take, &demangled) != 0)
		return strdup(name);
	return strndup(demangled.text, demangled.length);
}
