/* SPDX-License-Identifier: MIT */
/* The modules of a report by build-id. */
#ifndef PL_BUILD_IDS_H
#define PL_BUILD_IDS_H

#include "common/base.h"
#include "stack/module.h"

#include <phaselock/phaselock.h>

struct pl_text;

/* The modules listed in a report; begins as zero. A symbolizer finds their files by build-id. */
struct pl_build_ids {
	struct {
		const unsigned char *id;
		size_t size;
	} modules[2 * PHASELOCK_FRAMES_MAX];
	unsigned count;
};

/* Lists each module of a call stack that is not listed yet. Heap: none. */
void pl_build_ids_append(struct pl_text *text, struct pl_build_ids *told, void *const *frames,
			 unsigned count, pl_find_place *find);

#endif
