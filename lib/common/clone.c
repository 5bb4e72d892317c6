/* SPDX-License-Identifier: MIT */
/*
 * Takes the suffixes off that compilers append. Only the known ones: a dot is a part of the names
 * of other languages. It must not know what names are compared for.
 */
#include "common/clone.h"

#include <string.h>

static const char *const suffixes[] = {
	"constprop",   "isra", "part",	 "cold", "lto_priv", "localalias", /* of gcc */
	"specialized", "llvm", "__uniq",				   /* of clang */
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
	/* of a suffix in front of it, or of a function in a function, or of one of several files */
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
