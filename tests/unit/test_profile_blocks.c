/* SPDX-License-Identifier: MIT */
/*
 * The tables of live blocks and of rows: what is put in is found, whatever else came and went.
 *
 * shows: PL-881 PL-883
 */
#define _GNU_SOURCE
#include "profile/blocks.h"
#include "profile/rows.h"

#include "child.h"
#include "threads.h"

#define MANY 200000
#define THREADS 4

/* Addresses of blocks of 16 bytes in one heap, and of large ones. */
static const void *small(uintptr_t i)
{
	return (const void *)(UINT64_C(0x555555000000) + 16 * i);
}

static const void *large(uintptr_t i)
{
	return (const void *)(UINT64_C(0x7f0000000010) + 0x100000 * i);
}

static struct pl_block block_of(uint32_t i)
{
	return (struct pl_block){
		.row = i % PL_BLOCK_ROWS,
		.birth_ms = i * 3,
		.birth_request = ~i,
		.size = (uint64_t)i << 20 | i,
	};
}

static void check_taken(const void *address, uint32_t i)
{
	struct pl_block found, wanted = block_of(i);

	CHECK(pl_blocks_take(address, &found));
	CHECK_EQUAL(found.row, wanted.row);
	CHECK_EQUAL(found.birth_ms, wanted.birth_ms);
	CHECK_EQUAL(found.birth_request, wanted.birth_request);
	CHECK_EQUAL(found.size, wanted.size & PL_BLOCK_SIZE_MAX);
}

static void put(const void *address, uint32_t i)
{
	struct pl_block block = block_of(i);

	block.size &= PL_BLOCK_SIZE_MAX;
	CHECK(pl_blocks_put(address, &block) != SIZE_MAX);
}

CHILD_TEST(each_block_is_found_once_with_all_that_was_kept_of_it)
{
	struct pl_block block;

	for (uint32_t i = 0; i < MANY; i++) {
		put(small(i), i);
		put(large(i), i + 1);
	}
	for (uint32_t i = 0; i < MANY; i += 2)
		check_taken(small(i), i);
	for (uint32_t i = 0; i < MANY; i++)
		check_taken(large(i), i + 1);
	for (uint32_t i = 0; i < MANY; i += 2)
		put(small(i), i + 7);
	for (uint32_t i = 0; i < MANY; i++)
		check_taken(small(i), i % 2 == 0 ? i + 7 : i);
	for (uint32_t i = 0; i < MANY; i++)
		CHECK(!pl_blocks_take(small(i), &block) && !pl_blocks_take(large(i), &block));
}

CHILD_TEST(a_block_whose_end_nobody_told_is_replaced_by_the_next_one_there)
{
	struct pl_block block;

	put(small(1), 1);
	put(small(1), 2);
	check_taken(small(1), 2);
	CHECK(!pl_blocks_take(small(1), &block));
}

CHILD_TEST(the_table_takes_memory_as_the_blocks_that_live_do)
{
	size_t mapped = 0;
	struct pl_block block = {.row = 1};

	/* Few live at once, however many there were. */
	for (uint32_t i = 0; i < MANY; i++) {
		mapped += pl_blocks_put(small(i), &block);
		if (i >= 100)
			CHECK(pl_blocks_take(small(i - 100), &block));
	}
	CHECK(mapped <= 128 * 1024);
	/* 24 bytes each, in tables that are full in half, the older ones among them. */
	for (uint32_t i = 0; i < MANY; i++)
		mapped += pl_blocks_put(large(i), &block);
	CHECK(mapped <= (size_t)MANY * 24 * 8);
}

static void *exchange(void *argument)
{
	uint32_t number = (uint32_t)(uintptr_t)argument;

	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < 1000; i++)
			put(small(i * THREADS + number), i);
		for (uint32_t i = 0; i < 1000; i++)
			check_taken(small(i * THREADS + number), i);
	}
	return NULL;
}

CHILD_TEST(threads_whose_blocks_are_neighbours_find_their_own)
{
	pthread_t threads[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		threads[i] = thread_start(exchange, (void *)i);
	for (size_t i = 0; i < THREADS; i++)
		thread_end(threads[i]);
}

static uint64_t key_of(uint32_t i)
{
	return i * UINT64_C(0x9e3779b97f4a7c15);
}

CHILD_TEST(each_row_is_found_by_its_key)
{
	static struct pl_rows rows;

	for (uint32_t i = 0; i < MANY; i++) {
		CHECK_EQUAL(pl_rows_find(&rows, key_of(i)), PL_ROWS_NONE);
		CHECK(pl_rows_add(&rows, key_of(i), i) != SIZE_MAX);
	}
	for (uint32_t i = 0; i < MANY; i++)
		CHECK_EQUAL(pl_rows_find(&rows, key_of(i)), i);
	pl_rows_forget(&rows);
	CHECK_EQUAL(pl_rows_find(&rows, key_of(1)), PL_ROWS_NONE);
	CHECK(pl_rows_add(&rows, key_of(1), 5) == 0);
	CHECK_EQUAL(pl_rows_find(&rows, key_of(1)), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_block_is_found_once_with_all_that_was_kept_of_it),
		cmocka_unit_test(a_block_whose_end_nobody_told_is_replaced_by_the_next_one_there),
		cmocka_unit_test(the_table_takes_memory_as_the_blocks_that_live_do),
		cmocka_unit_test(threads_whose_blocks_are_neighbours_find_their_own),
		cmocka_unit_test(each_row_is_found_by_its_key),
	};

	return cmocka_run_group_tests_name("profile_blocks", tests, NULL, NULL);
}
