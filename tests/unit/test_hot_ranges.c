/* SPDX-License-Identifier: MIT */
/*
 * Functions as ranges of addresses: whatever the order in which they came, and however they lie
 * over one another, an address is found exactly if one of them has it.
 *
 * shows: PL-792
 */
#include "reaction/hot_ranges.h"

#include "unit.h"

#define SPACE 64
#define RANGES 12

static unsigned long random_state = 1;

static unsigned pick(unsigned below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % below;
}

TEST(an_address_is_found_exactly_if_a_function_has_it)
{
	for (int round = 0; round < 20000; round++) {
		struct pl_hot_range list[RANGES];
		bool covered[SPACE] = {false};
		struct pl_hot_ranges ranges = {list, pick(RANGES + 1)};

		for (size_t i = 0; i < ranges.count; i++) {
			unsigned start = pick(SPACE), end = start + 1 + pick(SPACE - start);

			list[i] = (struct pl_hot_range){start, end, "f", 0};
			for (uintptr_t at = start; at < end; at++)
				covered[at] = true;
		}
		pl_hot_ranges_sort(&ranges);
		for (size_t i = 1; i < ranges.count; i++)
			assert_true(list[i - 1].end <= list[i].start);
		for (uintptr_t at = 0; at < SPACE; at++)
			assert_int_equal(pl_hot_ranges_find(&ranges, at) != NULL, covered[at]);
		assert_null(pl_hot_ranges_find(&ranges, SPACE));
	}
}

TEST(the_name_that_people_write_and_the_outer_function_stay)
{
	struct pl_hot_range list[] = {
		{40, 50, "inner", 1},  {10, 20, "__strdup", 0}, {30, 60, "outer", 2},
		{10, 20, "strdup", 3}, {55, 70, "behind", 4},
	};
	struct pl_hot_ranges ranges = {list, sizeof(list) / sizeof(list[0])};

	pl_hot_ranges_sort(&ranges);
	assert_int_equal(ranges.count, 3);
	assert_string_equal(pl_hot_ranges_find(&ranges, 10)->name, "strdup");
	assert_int_equal(pl_hot_ranges_find(&ranges, 19)->pattern, 3);
	assert_null(pl_hot_ranges_find(&ranges, 20));
	assert_null(pl_hot_ranges_find(&ranges, 9));
	assert_string_equal(pl_hot_ranges_find(&ranges, 45)->name, "outer");
	assert_string_equal(pl_hot_ranges_find(&ranges, 59)->name, "outer");
	assert_string_equal(pl_hot_ranges_find(&ranges, 60)->name, "behind");
}

TEST(an_empty_list_has_no_address)
{
	struct pl_hot_ranges ranges = {NULL, 0};

	pl_hot_ranges_sort(&ranges);
	assert_null(pl_hot_ranges_find(&ranges, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_found_exactly_if_a_function_has_it),
		cmocka_unit_test(the_name_that_people_write_and_the_outer_function_stay),
		cmocka_unit_test(an_empty_list_has_no_address),
	};

	return cmocka_run_group_tests_name("hot_ranges", tests, NULL, NULL);
}
