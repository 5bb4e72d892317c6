/* SPDX-License-Identifier: MIT */
/*
 * Where the elements of each kind are: a table leads from the turn of a chunk to its number among
 * those of all processes. It must not know what is in an element.
 */
#include "profile/chunks.h"

#include "common/os.h"

#include <string.h>

_Static_assert(PL_PROFILE_POINTS <= PL_PROFILE_PER_CHUNK(struct pl_profile_point),
	       "one chunk has the whole timeline");
_Static_assert(PL_PROFILE_CHUNKS < UINT16_MAX, "the table has numbers of 16 bits");

/* Written while the process has one thread. */
static struct pl_profile *shared;
static struct pl_profile_process *process;
static uint32_t image;
static bool is_to_be_filled;

char *pl_chunks_start;
_Atomic uint16_t (*pl_chunks_numbers)[PL_PROFILE_CHUNKS];

#define NUMBERS_SIZE ((PL_PROFILE_TIMELINE + 1) * sizeof(*pl_chunks_numbers))

bool pl_chunks_begin(struct pl_profile *profile, uint32_t number, bool is_on_disk)
{
	/* Mapped, as most processes have no profile; a child has its parent's. */
	if (pl_chunks_numbers == NULL)
		pl_chunks_numbers = pl_os_map(NUMBERS_SIZE);
	if (pl_chunks_numbers == NULL)
		return false;
	is_to_be_filled = is_on_disk;
	shared = profile;
	image = number;
	process = &profile->processes[number];
	pl_chunks_start = (char *)profile + PL_PROFILE_CHUNKS_AT;
	memset(pl_chunks_numbers, 0, NUMBERS_SIZE);
	return true;
}

struct pl_profile_process *pl_chunks_process(void)
{
	return process;
}

static _Atomic uint32_t *taken(enum pl_profile_kind kind)
{
	switch (kind) {
	case PL_PROFILE_NODES:
		return &process->nodes_taken;
	case PL_PROFILE_ROWS:
		return &process->rows_taken;
	case PL_PROFILE_THREADS:
		return &process->threads_taken;
	default:
		return &process->points_taken;
	}
}

/* Returns the number + 1 of a chunk that nobody else has; 0 if there is none. */
static uint16_t take_chunk(void)
{
	uint32_t number = atomic_load_explicit(&shared->chunks_taken, memory_order_relaxed);
	void *chunk;

	/* Look first: the number must not go round. */
	if (number < PL_PROFILE_CHUNKS)
		number = atomic_fetch_add_explicit(&shared->chunks_taken, 1, memory_order_relaxed);
	if (number >= PL_PROFILE_CHUNKS)
		return 0;
	chunk = pl_chunks_start + (size_t)number * PL_PROFILE_CHUNK_SIZE;
	if (!pl_os_protect(chunk, PL_PROFILE_CHUNK_SIZE, true) ||
	    (is_to_be_filled && !pl_os_fill(chunk, PL_PROFILE_CHUNK_SIZE)))
		return 0;
	return (uint16_t)(number + 1);
}

/* A thread that comes too late has taken a chunk for nothing; but nobody has touched its memory. */
static bool add_chunk(enum pl_profile_kind kind, uint32_t turn)
{
	uint16_t chunk = take_chunk(), none = 0;
	struct pl_profile_chunk *head;

	if (chunk == 0)
		return false;
	head = &shared->chunks[chunk - 1];
	if (!atomic_compare_exchange_strong_explicit(&pl_chunks_numbers[kind][turn], &none, chunk,
						     memory_order_release, memory_order_relaxed))
		return true;
	head->process = image;
	head->turn = turn;
	atomic_store_explicit(&head->kind, kind, memory_order_release);
	atomic_fetch_add_explicit(&process->own_bytes, PL_PROFILE_CHUNK_SIZE, memory_order_relaxed);
	return true;
}

void *pl_chunks_take(enum pl_profile_kind kind, uint32_t *number)
{
	uint32_t many = PL_PROFILE_CHUNK_SIZE / pl_chunks_size(kind), turn;
	uint32_t next = atomic_load_explicit(taken(kind), memory_order_relaxed);

	/* The element's chunk first: a number that was taken is one that can be used. */
	do {
		turn = next / many;
		if (turn >= PL_PROFILE_CHUNKS ||
		    (atomic_load_explicit(&pl_chunks_numbers[kind][turn], memory_order_acquire) ==
			     0 &&
		     !add_chunk(kind, turn)))
			return NULL;
	} while (!atomic_compare_exchange_weak_explicit(
		taken(kind), &next, next + 1, memory_order_relaxed, memory_order_relaxed));
	*number = next;
	return pl_chunks_at(kind, next);
}
