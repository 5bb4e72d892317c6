/* SPDX-License-Identifier: MIT */
/*
 * Modules in the record: each path and build-id once, whichever process has it loaded wherever. It
 * must not know what the frames are of.
 */
#include "record/places.h"

#include <string.h>

#define OFFSET_MASK ((UINT64_C(1) << PL_LAYOUT_OFFSET_BITS) - 1)

static size_t build_id_size(const struct pl_place *place)
{
	const size_t most = sizeof(((struct pl_layout_module *)NULL)->build_id);

	return place->build_id == NULL	     ? 0
	       : place->build_id_size < most ? place->build_id_size
					     : most;
}

static bool is_module(const struct pl_layout_module *module, const struct pl_place *place)
{
	return module->build_id_size == build_id_size(place) &&
	       memcmp(module->build_id,
		      place->build_id != NULL ? place->build_id : module->build_id,
		      module->build_id_size) == 0 &&
	       strncmp(module->path, place->path, sizeof(module->path)) == 0;
}

/* Returns the number of the place's module + 1; 0 if there is no room for it. */
static uint64_t find_module(struct pl_layout *record, const struct pl_place *place)
{
	uint32_t taken = atomic_load_explicit(&record->modules_taken, memory_order_acquire);
	struct pl_layout_module *module;

	/* Two threads may write one twice: it is the same to a reader. */
	for (uint32_t i = 0; i < taken && i < PL_LAYOUT_MODULES; i++)
		if (atomic_load_explicit(&record->modules[i].is_there, memory_order_acquire) != 0 &&
		    is_module(&record->modules[i], place))
			return i + 1;
	if (taken >= PL_LAYOUT_MODULES)
		return 0;
	taken = atomic_fetch_add_explicit(&record->modules_taken, 1, memory_order_relaxed);
	if (taken >= PL_LAYOUT_MODULES)
		return 0;
	module = &record->modules[taken];
	module->build_id_size = (uint32_t)build_id_size(place);
	if (module->build_id_size > 0)
		memcpy(module->build_id, place->build_id, module->build_id_size);
	strncpy(module->path, place->path, sizeof(module->path));
	atomic_store_explicit(&module->is_there, 1, memory_order_release);
	return taken + 1;
}

static uint64_t frame_in(uint64_t module, const void *frame, const struct pl_place *place)
{
	if (module == 0)
		return (uintptr_t)frame & OFFSET_MASK;
	return module << PL_LAYOUT_OFFSET_BITS | (place->offset & OFFSET_MASK);
}

uint64_t pl_places_frame(struct pl_layout *record, const void *frame, const struct pl_place *place)
{
	uint64_t module = place->module != NULL ? find_module(record, place) : 0;

	return frame_in(module, frame, place);
}

void pl_places_write(struct pl_layout *record, void *const *frames, unsigned count,
		     uint64_t *places)
{
	const char *path = NULL;
	uint64_t module = 0;

	for (unsigned i = 0; i < count; i++) {
		struct pl_place place;

		pl_module_find_file(frames[i], &place);
		if (place.module == NULL) {
			places[i] = frame_in(0, frames[i], &place);
			continue;
		}
		/* Neighbours are often of one module, whose name is one string. */
		if (place.path != path)
			module = find_module(record, &place);
		path = place.path;
		places[i] = frame_in(module, frames[i], &place);
	}
}
