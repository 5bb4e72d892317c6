/* SPDX-License-Identifier: MIT */
/* Hashes a site by FNV-1a of 64 bits. It must not know what the number is for. */
#include "reaction/site_key.h"

#include "common/runtime.h"
#include "stack/module.h"

#include <string.h>

#define FRAMES 5

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t add(uint64_t hash, const void *bytes, size_t count)
{
	for (const unsigned char *at = bytes; count > 0; at++, count--)
		hash = (hash ^ *at) * FNV_PRIME;
	return hash;
}

static uint64_t add_word(uint64_t hash, uint64_t word)
{
	return add(hash, &word, sizeof(word));
}

static bool is_runtime(const struct pl_place *place)
{
	return pl_runtime_is_library(place->module) || pl_runtime_is_sanitizer(place->module);
}

static uint64_t add_place(uint64_t hash, const struct pl_place *place)
{
	if (place->module == NULL) /* made at run time: its address means nothing elsewhere */
		return add_word(hash, 0);
	if (place->build_id != NULL)
		hash = add(hash, place->build_id, place->build_id_size);
	else
		hash = add(hash, place->module, strlen(place->module));
	return add_word(hash, place->offset);
}

/* Returns whether there was a frame to add. */
static bool add_frames(uint64_t *hash, const struct phaselock_violation *violation, bool all)
{
	unsigned added = 0;

	for (unsigned i = 0; i < violation->frame_count && added < FRAMES; i++) {
		struct pl_place place;

		pl_module_find_file(violation->frames[i], &place);
		if (!all && is_runtime(&place))
			continue;
		*hash = add_place(*hash, &place);
		added++;
	}
	return added > 0;
}

uint64_t pl_site_key(const struct phaselock_violation *violation)
{
	uint64_t hash = add(FNV_BASIS, violation->function, strlen(violation->function));

	hash = add_word(hash, (uint64_t)violation->cause);
	if (!add_frames(&hash, violation, false))
		add_frames(&hash, violation, true);
	return hash;
}
