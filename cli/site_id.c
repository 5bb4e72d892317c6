/* SPDX-License-Identifier: MIT */
/*
 * Hashes the names of a site by FNV-1a of 64 bits: a few lines that never change, and no library
 * whose next version might. It must not know what the id is for.
 */
#include "site_id.h"

#include "frame.h"

#include <inttypes.h>
#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define FNV_BASIS 14695981039346656037U
#define FNV_PRIME 1099511628211U

static uint64_t add_byte(uint64_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * FNV_PRIME;
}

/* With an end, so that "ab" and "c" are not "a" and "bc". */
static uint64_t add_text(uint64_t hash, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = add_byte(hash, text[i]);
	return add_byte(hash, '\0');
}

static uint64_t add_string(uint64_t hash, const char *string)
{
	return add_text(hash, string != NULL ? string : "", string != NULL ? strlen(string) : 0);
}

/* The same library in its next version: libfoo.so.1.2 is libfoo.so. */
static uint64_t add_module(uint64_t hash, const char *module)
{
	const char *end = module != NULL ? strstr(module, ".so.") : NULL;

	if (end == NULL || strspn(end + 4, DIGITS ".") != strlen(end + 4))
		return add_string(hash, module);
	return add_text(hash, module, (size_t)(end + 3 - module));
}

/*
 * Returns the length of a part that begins here and changes with other code of the same file; or 0.
 */
static size_t count_changing(const char *name, const char *at)
{
	if (at > name && at[-1] == '#') /* {lambda(int)#2}, {closure#0} */
		return strspn(at, DIGITS);
	if (at > name + 1 && at[-2] == '$' && at[-1] == '_') /* clang's lambdas: main::$_0 */
		return strspn(at, DIGITS);
	/* Rust's names of crates: _RNvCs9ltgdHTiPiY_5crate4main */
	if (name[0] == '_' && name[1] == 'R' && at[0] == 's' && at[-1] == 'C') {
		size_t length = 1 + strspn(at + 1, DIGITS LETTERS);

		return at[length] == '_' ? length + 1 : 0;
	}
	return 0;
}

static uint64_t add_function(uint64_t hash, const char *name)
{
	const char *end = name != NULL ? name + frame_name_length(name) : NULL;

	for (const char *at = name; at < end;) {
		size_t changing = count_changing(name, at);

		if (changing == 0)
			hash = add_byte(hash, *at++);
		at += changing;
	}
	return add_byte(hash, '\0');
}

/*
 * Adds the first frames, or the first that are of no run-time library. Returns whether there was
 * one.
 */
static bool add_frames(uint64_t *hash, const struct report_site *site, bool all)
{
	uint64_t last = 0;
	size_t count = 0;

	for (size_t i = 0; i < site->frame_count && count < SITE_ID_FRAMES; i++) {
		const struct report_frame *frame = &site->frames[i];
		uint64_t one;

		if (frame->is_inlined || (!all && frame_is_runtime(frame)))
			continue;
		one = add_function(add_module(FNV_BASIS, frame->module), frame->function);
		if (count > 0 && one == last)
			continue;
		for (unsigned byte = 0; byte < 8; byte++)
			*hash = add_byte(*hash, (char)(one >> 8 * byte & 255));
		last = one;
		count++;
	}
	return count > 0;
}

void site_id(const struct report_site *site, char id[REPORT_ID_SIZE])
{
	uint64_t hash = add_string(add_string(FNV_BASIS, site->function), site->cause);

	if (!add_frames(&hash, site, false))
		add_frames(&hash, site, true);
	snprintf(id, REPORT_ID_SIZE, "%016" PRIx64, hash);
}
