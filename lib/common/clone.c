/* SPDX-License-Identifier: MIT */
/*
 * Removes the suffixes that compilers append, and only known ones: in names of other languages a
 * dot may be a part. It must not know what names are compared for.
 */
#include "common/clone.h"

#include <string.h>

static const char *const suffixes[] = {
	"constprop",   "isra", "part",	 "cold", "lto_priv", "localalias", /* gcc */
	"specialized", "llvm", "__uniq",				   /* clang */
};

static bool is_number(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return length > 0;
}

static bool is_suffix(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (strlen(suffixes[i]) == length && memcmp(suffixes[i], text, length) == 0)
			return true;
	/* a number follows another suffix, or tells nested functions or files apart */
	return is_number(text, length);
}

size_t pl_clone_base(const char *name)
{
	size_t base = strlen(name), at = base;

	while (at-- > 1) {
		if (name[at] != '.')
			continue;
		if (!is_suffix(name + at + 1, base - at - 1))
			break;
		base = at;
	}
	return base;
}
