/* SPDX-License-Identifier: MIT */
/*
 * Names as the Itanium C++ ABI mangles them, as far as a pattern needs it: each part of a name with
 * its length. It must not know what is matched.
 */
#include "mangled.h"

#include "frame.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"

#define PARTS_MAX 32

/* One of the parts that :: splits: an identifier, perhaps with arguments of a template. */
struct part {
	struct slice identifier;
	bool is_template, is_anonymous, is_destructor;
};

bool mangled_is_needed(const char *function)
{
	/* C has none of these in its names, and C++ always has one. */
	return strpbrk(function, "(<:") != NULL;
}

/* Takes the arguments of a template off the front. Returns false if they have no end. */
static bool skip_arguments(struct slice *name)
{
	size_t depth = 0, length = 0;

	do {
		if (length == name->length)
			return false;
		depth += name->start[length] == '<' || name->start[length] == '(';
		depth -= name->start[length] == '>' || name->start[length] == ')';
		length++;
	} while (depth > 0);
	name->start += length;
	name->length -= length;
	return true;
}

static bool is_word(const struct part *part, const char *word)
{
	return part->identifier.length == strlen(word) &&
	       memcmp(part->identifier.start, word, part->identifier.length) == 0;
}

static bool read_part(struct slice *name, struct part *part)
{
	*part = (struct part){0};
	if (slice_skip(name, "(anonymous namespace)")) {
		part->is_anonymous = true;
		return true;
	}
	part->is_destructor = slice_skip(name, "~");
	part->identifier.start = name->start;
	while (name->length > 0 && strchr(LETTERS, name->start[0]) != NULL) {
		name->start++;
		name->length--;
		part->identifier.length++;
	}
	if (part->identifier.length == 0 || is_word(part, "operator"))
		return false;
	if (slice_skip(name, "[abi:")) {
		const char *end = memchr(name->start, ']', name->length);

		if (end == NULL)
			return false;
		name->length -= (size_t)(end + 1 - name->start);
		name->start = end + 1;
	}
	part->is_template = name->length > 0 && name->start[0] == '<';
	return !part->is_template || skip_arguments(name);
}

/* Returns the number of parts; 0, if one is none. */
static size_t split(struct slice name, struct part parts[PARTS_MAX])
{
	for (size_t count = 0; count < PARTS_MAX;) {
		if (!read_part(&name, &parts[count++]))
			return 0;
		if (name.length == 0)
			return count;
		if (!slice_skip(&name, "::"))
			return 0;
	}
	return 0;
}

static void write_part(const struct part *part, FILE *out)
{
	if (part->is_anonymous) {
		fputs("12_GLOBAL__N_1", out);
		return;
	}
	fprintf(out, "%zu", part->identifier.length);
	for (size_t i = 0; i < part->identifier.length; i++)
		fputc(part->identifier.start[i], out);
	if (part->is_template)
		fputs("I*", out);
}

static bool is_same(const struct part *a, const struct part *b)
{
	return a->identifier.length == b->identifier.length && a->identifier.length > 0 &&
	       memcmp(a->identifier.start, b->identifier.start, a->identifier.length) == 0;
}

/* The last of several parts: E ends it, I begins arguments of a template, and B a tag. */
static void write_last(const struct part *last, const struct part *before, bool is_rust, FILE *out)
{
	if (is_same(last, before)) {
		fputs(last->is_destructor ? "D[0-9]*" : "C[0-9I]*", out);
		return;
	}
	fputc('*', out); /* L, of a static function */
	write_part(last, out);
	if (!last->is_template)
		fputs(is_rust ? "17h*" : "[EIB]*", out);
}

bool mangled_write_pattern(const char *function, bool with_static, FILE *out)
{
	struct slice name = frame_short_name(function);
	bool is_rust = strstr(name.start + name.length, "::h") == name.start + name.length;
	struct part parts[PARTS_MAX];
	size_t count = split(name, parts);

	/* std has a letter of its own. */
	if (count == 0 || parts[count - 1].is_anonymous || is_word(&parts[0], "std"))
		return false;
	if (count == 1) {
		fputs(with_static ? "_Z*" : "_Z", out);
		write_part(&parts[0], out);
		fputs(parts[0].is_template ? "" : "*", out);
		return true;
	}
	fputs("_ZN*", out); /* K, of a const one */
	for (size_t i = 0; i + 1 < count; i++)
		write_part(&parts[i], out);
	write_last(&parts[count - 1], &parts[count - 2], is_rust, out);
	return true;
}
