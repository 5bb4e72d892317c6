/* SPDX-License-Identifier: MIT */
/*
 * A hash table that needs no lock: buckets of fixed places, each of which is taken and given back
 * by one store, since only one thread at a time knows an address. A bucket is never moved; when two
 * of the newest table are full, another one of twice the size comes before it, and the older ones
 * empty as their blocks are freed. Tables grow with the blocks that live, because fresh pages cost
 * more than all else.
 *
 * An address has two buckets in each table: the first by its upper bits, so that neighbours in
 * memory are neighbours in the table, the other one anywhere. It must not know what a row is.
 */
#include "profile/blocks.h"

#include "common/os.h"

#include <stdatomic.h>

#define PLACES 8
#define FIRST_BUCKETS ((size_t)256)
#define LEVELS 26
#define GRAIN 8 /* log2 of the bytes of memory that share a first bucket */
#define PILE 20 /* log2 of the bytes after which large blocks, in equal distances, change theirs */

/* What a block is, in two words. */
struct entry {
	_Atomic uint64_t row_and_size;
	_Atomic uint64_t birth;
};

/* An address is 0 where a place is free; with release once its entry may be overwritten. */
struct bucket {
	_Alignas(64) _Atomic uintptr_t addresses[PLACES];
	struct entry entries[PLACES];
};

/* Table n has FIRST_BUCKETS << n buckets. Release: the memory is zeroed before. */
static _Atomic(struct bucket *) levels[LEVELS];
static _Atomic unsigned newest; /* number of the newest table; it only rises; release */

static size_t buckets_of(unsigned level)
{
	return FIRST_BUCKETS << level;
}

void pl_blocks_begin(void)
{
	for (unsigned i = 0; i < LEVELS; i++) {
		struct bucket *level = atomic_load_explicit(&levels[i], memory_order_relaxed);

		atomic_store_explicit(&levels[i], NULL, memory_order_relaxed);
		if (level != NULL)
			pl_os_unmap(level, buckets_of(i) * sizeof(*level));
	}
	atomic_store_explicit(&newest, 0, memory_order_relaxed);
}

PL_INLINE struct bucket *bucket_of(struct bucket *level, unsigned number, uintptr_t address,
				   bool first)
{
	uintptr_t at = first ? address >> GRAIN ^ address >> PILE
			     : (address >> 4) * 0x9e3779b97f4a7c15u >> 32;

	return &level[at & (buckets_of(number) - 1)];
}

PL_INLINE bool put_in(struct bucket *bucket, uintptr_t address, const struct pl_block *block)
{
	for (unsigned i = 0; i < PLACES; i++) {
		uintptr_t found = atomic_load_explicit(&bucket->addresses[i], memory_order_relaxed);

		/* The same address: nobody told us that the block was freed. */
		if (found != 0 && found != address)
			continue;
		if (found == 0 && !atomic_compare_exchange_strong_explicit(
					  &bucket->addresses[i], &found, address,
					  memory_order_acquire, memory_order_relaxed))
			continue;
		atomic_store_explicit(&bucket->entries[i].row_and_size,
				      (uint64_t)block->row << 40 | block->size,
				      memory_order_relaxed);
		atomic_store_explicit(&bucket->entries[i].birth,
				      (uint64_t)block->birth_ms << 32 | block->birth_request,
				      memory_order_relaxed);
		return true;
	}
	return false;
}

PL_INLINE bool put_in_level(unsigned number, uintptr_t address, const struct pl_block *block)
{
	struct bucket *level = atomic_load_explicit(&levels[number], memory_order_acquire);

	return level != NULL && (put_in(bucket_of(level, number, address, true), address, block) ||
				 put_in(bucket_of(level, number, address, false), address, block));
}

/* Makes a table, unless another thread has. Returns what it mapped, SIZE_MAX: nothing. */
static PL_COLD size_t add_level(unsigned number)
{
	size_t size = buckets_of(number) * sizeof(struct bucket);
	struct bucket *level = pl_os_map(size), *none = NULL;
	unsigned before = number - 1;

	if (level == NULL)
		return SIZE_MAX;
	if (!atomic_compare_exchange_strong_explicit(&levels[number], &none, level,
						     memory_order_acq_rel, memory_order_relaxed)) {
		pl_os_unmap(level, size);
		size = 0;
	}
	if (number > 0)
		atomic_compare_exchange_strong_explicit(&newest, &before, number,
							memory_order_release, memory_order_relaxed);
	return size;
}

size_t pl_blocks_put(const void *address, const struct pl_block *block)
{
	unsigned number = atomic_load_explicit(&newest, memory_order_acquire);
	size_t mapped = 0, more;

	while (!put_in_level(number, (uintptr_t)address, block) &&
	       (number == 0 || !put_in_level(number - 1, (uintptr_t)address, block))) {
		if (atomic_load_explicit(&levels[number], memory_order_relaxed) != NULL)
			number++;
		if (number >= LEVELS)
			return SIZE_MAX;
		more = add_level(number);
		if (more == SIZE_MAX)
			return SIZE_MAX;
		mapped += more;
	}
	return mapped;
}

PL_INLINE bool take_from(struct bucket *bucket, uintptr_t address, struct pl_block *block)
{
	for (unsigned i = 0; i < PLACES; i++) {
		uint64_t word, birth;

		if (atomic_load_explicit(&bucket->addresses[i], memory_order_relaxed) != address)
			continue;
		word = atomic_load_explicit(&bucket->entries[i].row_and_size, memory_order_relaxed);
		birth = atomic_load_explicit(&bucket->entries[i].birth, memory_order_relaxed);
		atomic_store_explicit(&bucket->addresses[i], 0, memory_order_release);
		*block = (struct pl_block){
			.row = (uint32_t)(word >> 40),
			.size = word & PL_BLOCK_SIZE_MAX,
			.birth_ms = (uint32_t)(birth >> 32),
			.birth_request = (uint32_t)birth,
		};
		return true;
	}
	return false;
}

bool pl_blocks_take(const void *address, struct pl_block *block)
{
	unsigned number = atomic_load_explicit(&newest, memory_order_acquire) + 1;

	while (number-- > 0) {
		struct bucket *level = atomic_load_explicit(&levels[number], memory_order_acquire);

		if (level != NULL && (take_from(bucket_of(level, number, (uintptr_t)address, true),
						(uintptr_t)address, block) ||
				      take_from(bucket_of(level, number, (uintptr_t)address, false),
						(uintptr_t)address, block)))
			return true;
	}
	return false;
}
