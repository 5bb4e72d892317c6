/* SPDX-License-Identifier: MIT */
/* Mangled names by the C++ run-time library's own function: the one thing of it that is used. */
#define _GNU_SOURCE
#include "demangle.h"

#include <stddef.h>
#include <string.h>

/* cxxabi.h declares it, for C++ only. */
char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);

char *demangle(const char *name)
{
	char *result = NULL;
	int status;

	/* Without the prefix it would take the names of types: a C function `i` would be an int. */
	if (strncmp(name, "_Z", 2) == 0)
		result = __cxa_demangle(name, NULL, NULL, &status);
	return result != NULL ? result : strdup(name);
}
