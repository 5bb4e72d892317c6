/* SPDX-License-Identifier: MIT */
/*
 * Tells whether a process has an allocator of its own before malloc. It must not know what is
 * shown.
 */
#define _GNU_SOURCE
#include "profile_view.h"

#include "common/glob.h"

#include <string.h>

/* Python serves requests of up to 512 bytes itself; nearly all of a program's are as small. */
#define SMALL_CLASS 9 /* below 2^9 */
#define SMALL_LEAST 0.85

static bool is_python(const struct profile_view *view, const struct view_row *row)
{
	for (uint32_t node = row->node; node != VIEW_NONE; node = view->nodes[node].parent) {
		const char *module = view_frame_of(view, node)->module;

		if (module != NULL && (pl_glob_matches("python[0-9]*", module) ||
				       pl_glob_matches("libpython[0-9]*", module)))
			return true;
	}
	return false;
}

bool view_hides_requests(const struct profile_view *view, uint32_t process)
{
	uint64_t all = 0, small = 0;

	for (size_t i = 0; i < view->row_count; i++) {
		const struct view_row *row = &view->rows[i];

		if (row->process != process || !is_python(view, row))
			continue;
		for (size_t class = 0; class < PL_PROFILE_CLASSES; class ++) {
			all += row->figures.classes[class];
			small += class <= SMALL_CLASS ? row->figures.classes[class] : 0;
		}
	}
	return all > 0 && (double)small < SMALL_LEAST * (double)all;
}
