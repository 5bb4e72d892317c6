/* SPDX-License-Identifier: MIT */
/*
 * The index of a symbol table finds, at every address, the function that a search through the whole
 * table finds: with two kinds of names, nested and overlapping functions, none at all, and numbers
 * of any size. A table that cannot have an index is searched.
 *
 * shows: PL-178 PL-616
 */
#define _GNU_SOURCE
#include "stack/symbols.h"

#include "unit.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYMBOLS 300
#define ROUNDS 200
#define RANGE 4096 /* of addresses, in which all begin */

static const char names[] = "\0plain\0_inner\0__more";
static const uint32_t name_offsets[] = {1, 7, 14, sizeof(names)};

static ElfW(Sym) symbols[SYMBOLS];
static uint32_t room[2 * SYMBOLS];

static uint32_t random_number(uint32_t below)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 20) % below;
}

static struct pl_symbols table_of(size_t count)
{
	return (struct pl_symbols){
		.symbols = symbols, .count = count, .names = names, .names_size = sizeof(names)};
}

static struct pl_symbols indexed(size_t count)
{
	struct pl_symbols table = table_of(count);

	assert_true(pl_symbols_room(count) <= sizeof(room));
	memset(room, 0, sizeof(room));
	pl_symbols_give_room(&table, room);
	return table;
}

static void fill(size_t count, uintptr_t base, uint32_t size_most)
{
	static const unsigned char types[] = {STT_FUNC, STT_FUNC, STT_FUNC, STT_OBJECT, STT_NOTYPE};

	for (size_t i = 0; i < count; i++)
		symbols[i] = (ElfW(Sym)){
			.st_name = name_offsets[random_number(4)],
			.st_info = ELF64_ST_INFO(STB_LOCAL, types[random_number(5)]),
			.st_shndx = random_number(10) == 0 ? SHN_UNDEF : 1,
			.st_value = base + random_number(RANGE),
			.st_size = random_number(size_most),
		};
}

static void compare(size_t count, uintptr_t base)
{
	struct pl_symbols plain = table_of(count), index = indexed(count);

	for (uintptr_t at = base - 2; at < base + RANGE + 2; at++)
		assert_ptr_equal(pl_symbols_find(&index, at), pl_symbols_find(&plain, at));
	assert_ptr_equal(pl_symbols_find(&index, 0), pl_symbols_find(&plain, 0));
	assert_ptr_equal(pl_symbols_find(&index, UINTPTR_MAX),
			 pl_symbols_find(&plain, UINTPTR_MAX));
}

TEST(every_address_has_the_function_of_a_whole_search)
{
	static const uintptr_t bases[] = {2, 0x1000, 0xfffff800, 0x555555550000, -(uintptr_t)16384};
	static const uint32_t sizes[] = {2, 20, 300, 2 * RANGE};

	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t count = random_number(SYMBOLS + 1);
		uintptr_t base = bases[round % 5];

		fill(count, base, sizes[round / 5 % 4]);
		compare(count, base);
	}
}

TEST(a_function_that_reaches_over_all_others_is_found_behind_them)
{
	fill(SYMBOLS, 0x1000, 3);
	symbols[200] = (ElfW(Sym)){.st_name = 1,
				   .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
				   .st_shndx = 1,
				   .st_value = 0x1000,
				   .st_size = RANGE};
	compare(SYMBOLS, 0x1000);
}

TEST(table_is_searched_while_another_makes_its_index)
{
	struct pl_symbols index = indexed(SYMBOLS), plain = table_of(SYMBOLS);

	fill(SYMBOLS, 0x1000, 30);
	index.state = 2; /* BEING_MADE */
	for (uintptr_t at = 0x1000; at < 0x1000 + RANGE; at++)
		assert_ptr_equal(pl_symbols_find(&index, at), pl_symbols_find(&plain, at));
	for (size_t i = 0; i < 2 * (size_t)SYMBOLS; i++)
		assert_int_equal(room[i], 0);
}

TEST(table_without_room_is_searched)
{
	struct pl_symbols table = table_of(SYMBOLS), plain = table_of(SYMBOLS);

	fill(SYMBOLS, 0x1000, 30);
	pl_symbols_give_room(&table, NULL);
	for (uintptr_t at = 0x1000; at < 0x1000 + RANGE; at++)
		assert_ptr_equal(pl_symbols_find(&table, at), pl_symbols_find(&plain, at));
}

/* In a table of 10^5, from the last to the first: 5 * 10^9 looks without an index, and seconds. */
TEST(each_of_many_is_found_at_once)
{
	static ElfW(Sym) many[100000];
	static uint32_t room_of_many[200000];
	const size_t count = sizeof(many) / sizeof(many[0]);
	struct pl_symbols table = {
		.symbols = many, .count = count, .names = names, .names_size = sizeof(names)};
	clock_t begin = clock();

	for (size_t i = 0; i < count; i++)
		many[i] = (ElfW(Sym)){.st_name = 1,
				      .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
				      .st_shndx = 1,
				      .st_value = 16 * (count - i),
				      .st_size = 16};
	pl_symbols_give_room(&table, room_of_many);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(pl_symbols_find(&table, many[i].st_value + 15), &many[i]);
	assert_true(clock() - begin < CLOCKS_PER_SEC);
}

TEST(empty_table_has_nothing)
{
	struct pl_symbols table = indexed(0);

	assert_null(pl_symbols_find(&table, 0x1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_has_the_function_of_a_whole_search),
		cmocka_unit_test(a_function_that_reaches_over_all_others_is_found_behind_them),
		cmocka_unit_test(table_is_searched_while_another_makes_its_index),
		cmocka_unit_test(table_without_room_is_searched),
		cmocka_unit_test(each_of_many_is_found_at_once),
		cmocka_unit_test(empty_table_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
