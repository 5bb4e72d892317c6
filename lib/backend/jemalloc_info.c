/* SPDX-License-Identifier: MIT */
/*
 * glibc's functions that describe its heap, answered for jemalloc's: glibc's own heap is empty. The
 * program calls them itself, outside of any request, so they may take jemalloc's locks and use
 * stdio.
 *
 * All blocks count as the heap: none has a mapping of its own that could be told apart.
 *   arena: pages that hold blocks, and pages kept for later
 *   uordblks: what is in blocks that the program holds
 *   fordblks: the rest
 *   keepcost: the whole pages of that rest, which can be given back
 * The number of free chunks and the highest level ever are not known: 0.
 */
#define _GNU_SOURCE
#include "common/format.h"
#include "backend/jemalloc_pages.h"
#include "common/os.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>

extern int je_mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

/* "4096" in a name is jemalloc's word for all arenas. */
static size_t ask(const char *name)
{
	size_t answer = 0, size = sizeof(answer);

	return je_mallctl(name, &answer, &size, NULL, 0) == 0 ? answer : 0;
}

PL_EXPORT struct mallinfo2 mallinfo2(void)
{
	struct mallinfo2 info = {0};
	uint64_t now = 1;
	size_t cached, used;

	je_mallctl("epoch", NULL, NULL, &now, sizeof(now)); /* makes it count again */
	cached = ask("stats.arenas.4096.tcache_bytes");
	used = ask("stats.allocated");
	info.keepcost = (ask("stats.arenas.4096.pdirty") + ask("stats.arenas.4096.pmuzzy")) *
			pl_os_page_size();
	info.arena = ask("stats.active") + info.keepcost;
	info.uordblks = used > cached ? used - cached : 0;
	info.fordblks = info.arena > info.uordblks ? info.arena - info.uordblks : 0;
	return info;
}

static int as_int(size_t number)
{
	return number < INT_MAX ? (int)number : INT_MAX;
}

/* glibc's wraps around; this one stops at INT_MAX. */
PL_EXPORT struct mallinfo mallinfo(void)
{
	struct mallinfo2 info = mallinfo2();
	struct mallinfo small = {.arena = as_int(info.arena),
				 .uordblks = as_int(info.uordblks),
				 .fordblks = as_int(info.fordblks),
				 .keepcost = as_int(info.keepcost)};

	return small;
}

/* Returns 1 if memory went back. pad means nothing: jemalloc keeps nothing at the top of a heap. */
PL_EXPORT int malloc_trim(size_t pad)
{
	size_t before;

	(void)pad;
	je_mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
	before = mallinfo2().keepcost;
	je_mallctl("arena.4096.purge", NULL, NULL, NULL, 0); /* also its huge pages, if any */
	pl_jemalloc_pages_release();
	return mallinfo2().keepcost < before;
}

/* Sets nothing: glibc's parameters mean nothing to jemalloc. */
PL_EXPORT int mallopt(int parameter, int value)
{
	(void)parameter;
	(void)value;
	return 0;
}

PL_EXPORT void malloc_stats(void)
{
	struct mallinfo2 info = mallinfo2();
	char buffer[128];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text, "Total:\nsystem bytes     = %lu\nin use bytes     = %lu\n",
		       info.arena, info.uordblks);
	fputs(buffer, stderr);
}

PL_EXPORT int malloc_info(int options, FILE *stream)
{
	struct mallinfo2 info = mallinfo2();
	char buffer[512];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	if (options != 0)
		return EINVAL;
	pl_text_append(&text,
		       "<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n</sizes>\n"
		       "<total type=\"fast\" count=\"0\" size=\"0\"/>\n"
		       "<total type=\"rest\" count=\"0\" size=\"%lu\"/>\n"
		       "<system type=\"current\" size=\"%lu\"/>\n</heap>\n",
		       info.fordblks, info.arena);
	pl_text_append(&text,
		       "<total type=\"rest\" count=\"0\" size=\"%lu\"/>\n"
		       "<system type=\"current\" size=\"%lu\"/>\n</malloc>\n",
		       info.fordblks, info.arena);
	fputs(buffer, stream);
	return 0;
}
