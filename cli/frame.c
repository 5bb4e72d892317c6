/* SPDX-License-Identifier: MIT */
/*
 * Judges a frame by its names alone. It must not know what sites are grouped by.
 */
#include "frame.h"

#include "common/clone.h"
#include "common/runtime.h"

#include <string.h>

bool frame_is_runtime(const struct report_frame *frame)
{
	static const char own[] = "libphaselock";
	const char *module = frame->module;

	return pl_runtime_is_library(module) || pl_runtime_is_sanitizer(module) ||
	       (module != NULL && strncmp(module, own, sizeof(own) - 1) == 0);
}

/* Rust ends a name with ::h and 16 hexadecimal digits, which are others after each change. */
static size_t without_hash(const char *name, size_t length)
{
	static const char mark[] = "::h";
	const size_t size = sizeof(mark) - 1 + 16;

	if (length <= size || strncmp(name + length - size, mark, sizeof(mark) - 1) != 0)
		return length;
	return strspn(name + length - 16, "0123456789abcdef") >= 16 ? length - size : length;
}

size_t frame_name_length(const char *function)
{
	size_t length = pl_clone_base(function);
	const char *clone = strstr(function, " [clone "); /* so the demangler writes it */
	const char *version = strchr(function, '@');

	if (clone != NULL && clone > function && (size_t)(clone - function) < length)
		length = (size_t)(clone - function);
	if (version != NULL && version > function && (size_t)(version - function) < length)
		length = (size_t)(version - function);
	return without_hash(function, length);
}
