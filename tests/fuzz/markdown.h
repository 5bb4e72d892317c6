/* SPDX-License-Identifier: MIT */
/* Tables of Markdown, for the targets whose reader writes some. */
#ifndef FUZZ_MARKDOWN_H
#define FUZZ_MARKDOWN_H

#include <stddef.h>

/* A bar that is no border has a backslash in front of it. */
static inline size_t markdown_cells(const char *line, const char *end)
{
	size_t count = 0;

	for (const char *at = line; at < end; at++)
		count += *at == '|' && (at == line || at[-1] != '\\');
	return count;
}

#endif
