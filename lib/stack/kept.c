/* SPDX-License-Identifier: MIT */
/*
 * Keeps the places of frames, for when their modules are gone. Entries are only ever added, each to
 * the chain of its address's hash, by one compare-and-swap; so a reader needs no lock. One address
 * may have several entries, of modules that lay there one after the other. Each time a place is
 * kept, its entry gets a higher number: the highest is the newest. It must not know what the frames
 * are for.
 */
#define _GNU_SOURCE
#include "stack/kept.h"

#include "stack/object.h"
#include "common/os.h"

#include <stdatomic.h>
#include <string.h>

#define CHAINS 1024
#define BLOCK_SIZE ((size_t)64 << 10)
#define BLOCKS_MAX 64
#define FUNCTION_MAX 1024 /* characters of a mangled name; some have no end */

_Static_assert((CHAINS & (CHAINS - 1)) == 0, "chosen by a mask");

/* place points into text. */
struct entry {
	struct entry *next; /* written before it is published, never after */
	const void *frame;  /* likewise, as all below except number */
	struct pl_place place;
	_Atomic uint64_t number; /* any thread raises it, relaxed */
	char text[];
};

/* Any thread publishes, release; any reads, acquire. */
static _Atomic(struct entry *) chains[CHAINS];

/* Any thread adds, relaxed: it only hands out numbers. */
static _Atomic uint64_t last_number;

/* Mapped in their order when needed; any thread publishes, release. */
static struct {
	_Atomic(char *) start;
	_Atomic size_t taken; /* may run past the end; any thread adds, relaxed */
} blocks[BLOCKS_MAX];

static _Atomic(struct entry *) *chain_of(const void *frame)
{
	uint64_t hash = (uintptr_t)frame * 0x9e3779b97f4a7c15u; /* as in site.c */

	return &chains[hash >> 54 & (CHAINS - 1)];
}

/* ---- room ------------------------------------------------------------------------------------ */

/* Returns a block's start, and maps the block if it is not yet; NULL if that fails. */
static char *start_of(size_t block)
{
	char *start = atomic_load_explicit(&blocks[block].start, memory_order_acquire);
	char *mine;

	if (start != NULL)
		return start;
	mine = pl_os_map(BLOCK_SIZE);
	if (mine == NULL ||
	    atomic_compare_exchange_strong_explicit(&blocks[block].start, &start, mine,
						    memory_order_acq_rel, memory_order_acquire))
		return mine;
	pl_os_unmap(mine, BLOCK_SIZE);
	return start;
}

static void *take(size_t size)
{
	size = (size + _Alignof(struct entry) - 1) & ~(_Alignof(struct entry) - 1);
	if (size > BLOCK_SIZE)
		return NULL;
	for (size_t i = 0; i < BLOCKS_MAX; i++) {
		/* Load first, so that the number does not wrap. */
		size_t at = atomic_load_explicit(&blocks[i].taken, memory_order_relaxed);
		char *start;

		if (at > BLOCK_SIZE - size)
			continue;
		start = start_of(i);
		if (start == NULL)
			return NULL;
		at = atomic_fetch_add_explicit(&blocks[i].taken, size, memory_order_relaxed);
		if (at <= BLOCK_SIZE - size)
			return start + at;
	}
	return NULL;
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_same(const struct pl_place *a, const struct pl_place *b)
{
	if (a->offset != b->offset || a->build_id_size != b->build_id_size ||
	    !is_same_text(a->path, b->path))
		return false;
	/* A build-id stands for all names, so the function is looked up for new places only. */
	return a->build_id_size > 0 ? memcmp(a->build_id, b->build_id, a->build_id_size) == 0
				    : is_same_text(a->function, b->function);
}

static void make_newest(struct entry *entry)
{
	uint64_t number = 1 + atomic_fetch_add_explicit(&last_number, 1, memory_order_relaxed);

	atomic_store_explicit(&entry->number, number, memory_order_relaxed);
}

static char *copy(char **to, const void *from, size_t size)
{
	char *start = *to;

	memcpy(start, from, size);
	*to += size;
	return start;
}

static struct entry *make(const void *frame, const struct pl_place *place)
{
	size_t path = strlen(place->path) + 1;
	size_t function = place->function != NULL ? strnlen(place->function, FUNCTION_MAX) + 1 : 0;
	struct entry *entry = take(sizeof(*entry) + path + function + place->build_id_size);
	char *to;

	if (entry == NULL)
		return NULL;
	to = entry->text;
	entry->frame = frame;
	entry->place = *place;
	entry->place.path = copy(&to, place->path, path);
	entry->place.module = entry->place.path + (place->module - place->path);
	if (function > 0)
		entry->place.function = copy(&to, place->function, function - 1);
	to += function > 0; /* the terminator, which is zero already */
	if (place->build_id_size > 0)
		entry->place.build_id =
			(const unsigned char *)copy(&to, place->build_id, place->build_id_size);
	return entry;
}

/* Without room for the new place, an older module's place must not stand for it. */
static void forget(const void *frame)
{
	struct entry *entry = atomic_load_explicit(chain_of(frame), memory_order_acquire);

	for (; entry != NULL; entry = entry->next)
		if (entry->frame == frame)
			atomic_store_explicit(&entry->number, 0, memory_order_relaxed);
}

static void keep(const void *frame)
{
	_Atomic(struct entry *) *chain = chain_of(frame);
	struct entry *first = atomic_load_explicit(chain, memory_order_acquire), *entry;
	struct pl_place place;

	pl_module_find_file(frame, &place);
	if (place.module == NULL)
		return;
	if (place.build_id_size == 0)
		pl_module_find_function(frame, &place);
	for (entry = first; entry != NULL; entry = entry->next)
		if (entry->frame == frame && is_same(&entry->place, &place)) {
			make_newest(entry);
			return;
		}
	if (place.build_id_size > 0)
		pl_module_find_function(frame, &place);
	entry = make(frame, &place);
	if (entry == NULL) {
		forget(frame);
		return;
	}
	make_newest(entry);
	do
		entry->next = first;
	while (!atomic_compare_exchange_weak_explicit(chain, &first, entry, memory_order_release,
						      memory_order_acquire));
}

void pl_kept_add(void *const *frames, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!pl_object_stays((const char *)frames[i] - 1))
			keep(frames[i]);
}

void pl_kept_find(const void *frame, struct pl_place *place)
{
	const struct entry *entry = atomic_load_explicit(chain_of(frame), memory_order_acquire);
	uint64_t newest = 0;

	if (pl_object_stays((const char *)frame - 1)) {
		pl_module_find(frame, place);
		return;
	}
	*place = (struct pl_place){.offset = (uintptr_t)frame};
	for (; entry != NULL; entry = entry->next) {
		uint64_t number = atomic_load_explicit(&entry->number, memory_order_relaxed);

		if (entry->frame != frame || number <= newest)
			continue;
		newest = number;
		*place = entry->place;
	}
}
