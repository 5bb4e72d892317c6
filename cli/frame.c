/* SPDX-License-Identifier: MIT */
/*
 * Judges a frame by its names alone. It must not know what sites are grouped by.
 */
#define _GNU_SOURCE
#include "frame.h"

#include "common/clone.h"
#include "common/runtime.h"
#include "escape.h"

#include <stdlib.h>
#include <string.h>

bool frame_is_runtime(const struct report_frame *frame)
{
	static const char own[] = "libphaselock";
	const char *module = frame->module;

	return pl_runtime_is_library(module) || pl_runtime_is_sanitizer(module) ||
	       (module != NULL && strncmp(module, own, sizeof(own) - 1) == 0);
}

/*
 * Code of a program is its own even if the program lies in such a folder, as cc1 in /usr/lib/gcc.
 */
static bool is_library(const char *module)
{
	const char *mark = strstr(module, ".so");

	return mark != NULL && (mark[3] == '\0' || mark[3] == '.');
}

bool frame_is_of_system(const struct report_frame *frame)
{
	static const char *const folders[] = {"/lib", "/usr/", "/nix/store/", "/gnu/store/"};

	if (frame_is_runtime(frame))
		return true;
	if (frame->module == NULL || frame->path == NULL || !is_library(frame->module))
		return false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(frame->path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

/*
 * Rust ends a name with ::h and 16 hexadecimal digits, which change with each change of the code.
 */
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

/* Takes a word off the end. */
static bool skip_back(const char *name, size_t *length, const char *word)
{
	size_t size = strlen(word);

	if (*length < size || memcmp(name + *length - size, word, size) != 0)
		return false;
	*length -= size;
	return true;
}

/* Where the parameters at the end of a name begin; its length, if there are none. */
static size_t find_parameters(const char *name, size_t length)
{
	size_t end = length, depth = 0;

	while (skip_back(name, &end, " const") || skip_back(name, &end, " volatile") ||
	       skip_back(name, &end, "&") || skip_back(name, &end, " "))
		;
	if (end == 0 || name[end - 1] != ')')
		return length;
	while (end-- > 1) {
		depth += name[end] == ')';
		depth -= name[end] == '(';
		if (depth == 0)
			return end;
	}
	return length;
}

/* Whether the name of an operator begins here: in one a blank separates nothing. */
static bool is_operator(const char *name, size_t at)
{
	return strncmp(name + at, "operator", 8) == 0 &&
	       (at == 0 || name[at - 1] == ':' || name[at - 1] == ' ');
}

struct slice frame_short_name(const char *function)
{
	size_t whole = frame_name_length(function);
	size_t length = find_parameters(function, whole);
	size_t start = 0, depth = 0;

	/* Only a name with parameters can have a type in front: C and Rust have neither. */
	for (size_t i = 0; i < length && length < whole; i++) {
		if (depth == 0 && is_operator(function, i))
			break;
		if (strchr("<({[", function[i]) != NULL)
			depth++;
		else if (strchr(">)}]", function[i]) != NULL && depth > 0)
			depth--;
		else if (function[i] == ' ' && depth == 0)
			start = i + 1;
	}
	return (struct slice){function + start, length - start};
}

void frame_write(const struct report_frame *frame, FILE *out)
{
	const char *function = frame->function;
	char *name = function != NULL ? strndup(function, frame_name_length(function)) : NULL;

	escape_write(name != NULL ? name : "??", out);
	free(name);
	if (frame->module == NULL)
		return;
	fputs(" (", out);
	escape_write(frame->module, out);
	fputc(')', out);
}

int frame_compare_names(const char *a, const char *b)
{
	size_t a_length = a != NULL ? frame_name_length(a) : 0;
	size_t b_length = b != NULL ? frame_name_length(b) : 0;
	size_t common = a_length < b_length ? a_length : b_length;
	int order = common > 0 ? memcmp(a, b, common) : 0;

	if (order != 0)
		return order;
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return (a != NULL) - (b != NULL);
}

int frame_compare(const struct report_frame *a, const struct report_frame *b)
{
	int order = frame_compare_names(a->function, b->function);

	return order != 0 ? order : frame_compare_names(a->module, b->module);
}
