/* SPDX-License-Identifier: MIT */
/*
 * A node is found by its parent and its place in an index of this process: tables, each four times
 * as large as the one before, which are filled in turn and never change what they have. As in
 * record/written.c a node is filled first and then published by one compare-and-swap; whoever loses
 * uses the winner's. It must not know what is counted at a stack.
 *
 * Places are kept by the address and the generation of the code, so that a frame is looked up in
 * its module once.
 */
#include "profile/stacks.h"

#include "common/os.h"
#include "profile/chunks.h"
#include "record/places.h"

#include <string.h>

#define SLOTS 8 /* of a bucket, which is one cache line */
#define FIRST_BUCKETS ((size_t)64)
#define LEVELS 11
#define PLACES 4096

/* Callers that are not kept have no place; 0 means that a node is not there yet. */
#define BEYOND 1

/* A slot has the node's number in its lower half, and some bits of its hash above; 0: free. */
struct bucket {
	_Alignas(64) _Atomic uint64_t slots[SLOTS];
};

/* Release: the memory is zeroed before. */
static _Atomic(struct bucket *) levels[LEVELS];

/*
 * A place and the key that it was found for. Two words, so another thread may see one of them new
 * and the other one old; check is the exclusive or of both, and does not fit then.
 */
struct place {
	_Atomic uint64_t check;
	_Atomic uint64_t place;
};

/* PLACES of them. Written while the process has one thread. */
static struct place *places;

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t hash = (a ^ b >> 32 ^ b << 32) * 0x9e3779b97f4a7c15u;

	hash ^= hash >> 29;
	hash *= 0xbf58476d1ce4e5b9u;
	return hash ^ hash >> 32;
}

bool pl_stacks_begin(void)
{
	if (places == NULL)
		places = pl_os_map(PLACES * sizeof(*places));
	if (places == NULL)
		return false;
	for (size_t i = 0; i < LEVELS; i++) {
		struct bucket *level = atomic_load_explicit(&levels[i], memory_order_relaxed);

		atomic_store_explicit(&levels[i], NULL, memory_order_relaxed);
		if (level != NULL)
			pl_os_unmap(level, (FIRST_BUCKETS << 2 * i) * sizeof(*level));
	}
	return true;
}

static struct bucket *add_level(size_t i)
{
	size_t size = (FIRST_BUCKETS << 2 * i) * sizeof(struct bucket);
	struct bucket *level = pl_os_map(size), *other = NULL;

	if (level == NULL)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(&levels[i], &other, level, memory_order_acq_rel,
						    memory_order_acquire)) {
		atomic_fetch_add_explicit(&pl_chunks_process()->own_bytes, size,
					  memory_order_relaxed);
		return level;
	}
	pl_os_unmap(level, size);
	return other;
}

static struct pl_profile_node *node_at(uint32_t number)
{
	return pl_chunks_at(PL_PROFILE_NODES, number - 1);
}

/* Makes a node that is in no index yet; returns its number, 0 if there is no room. */
static uint32_t make(const struct pl_profile_node *like)
{
	uint32_t number;
	struct pl_profile_node *node = pl_chunks_take(PL_PROFILE_NODES, &number);

	if (node == NULL)
		return 0;
	node->parent = like->parent;
	node->flags = like->flags;
	__atomic_store_n(&node->place, like->place, __ATOMIC_RELEASE);
	return number + 1;
}

static bool is_same(const struct pl_profile_node *a, const struct pl_profile_node *b)
{
	return a->place == b->place && a->parent == b->parent && a->flags == b->flags;
}

/* Looks in one bucket, or puts it there if there is a free slot. Returns 0 if there is none. */
static uint32_t find_in(struct bucket *bucket, uint64_t tag, const struct pl_profile_node *node,
			uint32_t *mine)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t slot = atomic_load_explicit(&bucket->slots[i], memory_order_acquire);

		if (slot == 0) {
			if (*mine == 0)
				*mine = make(node);
			if (*mine == 0)
				return 0;
			if (atomic_compare_exchange_strong_explicit(
				    &bucket->slots[i], &slot, tag | *mine, memory_order_acq_rel,
				    memory_order_acquire))
				return *mine;
		}
		if (slot >> 32 == tag >> 32 && is_same(node_at((uint32_t)slot), node))
			return (uint32_t)slot;
	}
	return 0;
}

static uint32_t find_node(uint32_t parent, uint64_t place, uint32_t flags)
{
	struct pl_profile_node node = {.parent = parent, .place = place, .flags = flags};
	uint64_t hash = mix(place, (uint64_t)parent << 2 | flags);
	uint64_t tag = hash & ~(uint64_t)UINT32_MAX;
	uint32_t mine = 0;

	for (size_t i = 0; i < LEVELS; i++) {
		struct bucket *level = atomic_load_explicit(&levels[i], memory_order_acquire);
		uint32_t found;

		if (level == NULL)
			level = add_level(i);
		if (level == NULL)
			return 0;
		found = find_in(&level[hash & ((FIRST_BUCKETS << 2 * i) - 1)], tag, &node, &mine);
		if (found != 0)
			return found;
	}
	return 0;
}

static uint64_t place_of(struct pl_layout *record, void *frame, uint64_t generation)
{
	uint64_t key = mix((uintptr_t)frame, generation);
	size_t at = key % PLACES;
	uint64_t check = atomic_load_explicit(&places[at].check, memory_order_relaxed);
	uint64_t place = atomic_load_explicit(&places[at].place, memory_order_relaxed);

	if ((check ^ place) == key && place != 0)
		return place;
	pl_places_write(record, &frame, 1, &place);
	if (place == 0)
		place = BEYOND;
	atomic_store_explicit(&places[at].place, place, memory_order_relaxed);
	atomic_store_explicit(&places[at].check, key ^ place, memory_order_relaxed);
	return place;
}

/* How many of the outermost frames are those of last time. */
static unsigned count_same(void *const *frames, unsigned count, uint32_t beyond,
			   uint64_t generation, const struct pl_stacks_last *last)
{
	unsigned same = 0;

	if (last->generation != generation || last->beyond != beyond)
		return 0;
	while (same < count && same < last->count && frames[count - 1 - same] == last->frames[same])
		same++;
	return same;
}

uint32_t pl_stacks_find(struct pl_layout *record, void *const *frames, unsigned count,
			uint32_t beyond, uint64_t generation, struct pl_stacks_last *last)
{
	unsigned same = count_same(frames, count, beyond, generation, last);
	uint32_t node = 0;

	if (same > 0)
		node = last->nodes[same - 1];
	else if (beyond != 0 && (node = find_node(0, BEYOND, beyond)) == 0)
		return 0;
	last->generation = generation;
	last->beyond = beyond;
	last->count = same;
	for (unsigned i = same; i < count; i++) {
		void *frame = frames[count - 1 - i];

		node = find_node(node, place_of(record, frame, generation), 0);
		if (node == 0)
			return 0;
		if (i >= PL_STACKS_LAST)
			continue;
		last->frames[i] = frame;
		last->nodes[i] = node;
		last->count = i + 1;
	}
	return node;
}
