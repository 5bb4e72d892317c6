/* SPDX-License-Identifier: MIT */
/*
 * libc's contract of the malloc family: overflow, alignment, errno, and the corners of realloc.
 * pl_violation() is a double that notes the request and denies it.
 *
 * shows: PL-001 (each function makes a request under its own name), PL-002, PL-003, PL-004, PL-005
 * shows: PL-006, PL-011, PL-062, PL-603
 */
#define _GNU_SOURCE
#include "child.h"
#include "fake_backend.h"
#include "thread/phase.h"
#include "renamed.h"
#include "request/request.h"
#include "violation_double.h"

#define OTHER_ERROR EDOM

static struct pl_request judged;
static unsigned times_judged;

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	pl_counter_increment(&thread->locked_attempts);
	(void)cause;
	judged = *request;
	times_judged++;
	return PHASELOCK_DENY;
}

/* The last request reached the backend with this size and alignment. */
static void assert_taken(void *block, enum fake_function function, size_t alignment, size_t size)
{
	assert_non_null(block);
	assert_int_equal(fake_backend_last(function).size, size);
	assert_int_equal(fake_backend_last(function).alignment, alignment);
	if (alignment > 0)
		assert_int_equal((uintptr_t)block % alignment, 0);
	memset(block, 0x5a, size);
	pl_test_free(block);
}

/* Nothing reached the backend, nothing was counted, and errno is as the contract says. */
#define FAILS(expression, failed_value, error)                                                     \
	do {                                                                                       \
		struct phaselock_stats before = get_stats(), after;                                \
		uint64_t calls = fake_backend_memory_calls();                                      \
		errno = OTHER_ERROR;                                                               \
		assert_true((expression) == (failed_value));                                       \
		assert_int_equal(errno, error);                                                    \
		after = get_stats();                                                               \
		assert_int_equal(fake_backend_memory_calls(), calls);                              \
		assert_memory_equal(&before, &after, sizeof(before));                              \
	} while (0)

TEST(sizes_and_alignments_reach_the_backend_as_they_were_asked_for)
{
	const size_t page = pl_os_page_size();
	void *block = NULL;

	assert_taken(pl_test_malloc(1), FAKE_MALLOC, 0, 1);
	assert_taken(pl_test_malloc(100000), FAKE_MALLOC, 0, 100000);
	assert_taken(pl_test_calloc(7, 11), FAKE_CALLOC, 0, 77);
	assert_taken(pl_test_realloc(NULL, 5), FAKE_MALLOC, 0, 5);
	assert_taken(pl_test_reallocarray(NULL, 5, 6), FAKE_MALLOC, 0, 30);
	assert_int_equal(pl_test_posix_memalign(&block, 128, 24), 0);
	assert_taken(block, FAKE_ALIGNED, 128, 24);
	assert_taken(pl_test_aligned_alloc(4096, 1), FAKE_ALIGNED, 4096, 1);
	assert_taken(pl_test_aligned_alloc(1, 3), FAKE_ALIGNED, 1, 3);
	assert_taken(pl_test_memalign(32, 5), FAKE_ALIGNED, 32, 5);
	assert_taken(pl_test_valloc(3), FAKE_ALIGNED, page, 3);
	assert_taken(pl_test_pvalloc(1), FAKE_ALIGNED, page, page);
	assert_taken(pl_test_pvalloc(page), FAKE_ALIGNED, page, page);
	assert_taken(pl_test_pvalloc(page + 1), FAKE_ALIGNED, page, 2 * page);
}

TEST(size_zero_is_a_block_of_its_own)
{
	void *block = NULL;

	assert_taken(pl_test_malloc(0), FAKE_MALLOC, 0, 0);
	assert_taken(pl_test_calloc(0, SIZE_MAX), FAKE_CALLOC, 0, 0);
	assert_taken(pl_test_calloc(SIZE_MAX, 0), FAKE_CALLOC, 0, 0);
	assert_taken(pl_test_realloc(NULL, 0), FAKE_MALLOC, 0, 0);
	assert_taken(pl_test_reallocarray(NULL, 0, SIZE_MAX), FAKE_MALLOC, 0, 0);
	assert_int_equal(pl_test_posix_memalign(&block, 64, 0), 0);
	assert_taken(block, FAKE_ALIGNED, 64, 0);
	assert_taken(pl_test_pvalloc(0), FAKE_ALIGNED, pl_os_page_size(), 0);
}

TEST(calloc_hands_out_zeros)
{
	unsigned char *block = pl_test_calloc(1000, 7);

	assert_non_null(block);
	for (size_t i = 0; i < 7000; i++)
		assert_int_equal(block[i], 0);
	pl_test_free(block);
}

TEST(product_or_sum_that_overflows_fails_with_enomem)
{
	static const size_t factors[][2] = {
		{SIZE_MAX, 2},	       {2, SIZE_MAX},
		{SIZE_MAX / 2 + 1, 2}, {(size_t)1 << 32, (size_t)1 << 32},
		{SIZE_MAX, SIZE_MAX},
	};
	void *block = pl_test_malloc(8);

	EACH_ROW(i, factors) {
		FAILS(pl_test_calloc(factors[i][0], factors[i][1]), NULL, ENOMEM);
		FAILS(pl_test_reallocarray(NULL, factors[i][0], factors[i][1]), NULL, ENOMEM);
		memcpy(block, "unmoved", 8);
		FAILS(pl_test_reallocarray(block, factors[i][0], factors[i][1]), NULL, ENOMEM);
		assert_string_equal(block, "unmoved");
	}
	FAILS(pl_test_pvalloc(SIZE_MAX), NULL, ENOMEM);
	FAILS(pl_test_pvalloc(SIZE_MAX - pl_os_page_size() + 2), NULL, ENOMEM);
	pl_test_free(block);
}

TEST(alignment_that_is_not_allowed_fails_with_einval)
{
	static const size_t no_powers[] = {
		0, 3, 5, 6, 7, 9, 24, 100, SIZE_MAX, SIZE_MAX / 2, (SIZE_MAX / 2) + 2};
	static const size_t no_pointers[] = {1, 2, 4};
	void *block = &block;

	EACH_ROW(i, no_powers) {
		FAILS(pl_test_posix_memalign(&block, no_powers[i], 10), EINVAL, OTHER_ERROR);
		FAILS(pl_test_aligned_alloc(no_powers[i], 10), NULL, EINVAL);
	}
	EACH_ROW(i, no_pointers)
		FAILS(pl_test_posix_memalign(&block, no_pointers[i], 10), EINVAL, OTHER_ERROR);
	assert_ptr_equal(block, &block);
	FAILS(pl_test_memalign(SIZE_MAX, 10), NULL, EINVAL);
	FAILS(pl_test_memalign(SIZE_MAX / 2 + 2, 10), NULL, EINVAL);
}

TEST(memalign_takes_the_next_power_of_two)
{
	static const size_t cases[][2] = {{0, 8},   {1, 8},   {8, 8},	    {9, 16},
					  {17, 32}, {33, 64}, {4095, 4096}, {4097, 8192}};

	EACH_ROW(i, cases)
		assert_taken(pl_test_memalign(cases[i][0], 10), FAKE_ALIGNED, cases[i][1], 10);
}

TEST(memalign_of_the_greatest_power_of_two_comes_to_an_end)
{
	fake_backend_fail_nth(1); /* no allocator could serve it */
	errno = 0;
	assert_null(pl_test_memalign(SIZE_MAX / 2 + 1, 10));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(fake_backend_last(FAKE_ALIGNED).alignment, SIZE_MAX / 2 + 1);
}

TEST(realloc_to_size_zero_frees_and_returns_null)
{
	struct phaselock_stats before = get_stats(), after;
	void *first = pl_test_malloc(10), *second = pl_test_malloc(10), *third = pl_test_malloc(10);

	errno = OTHER_ERROR;
	assert_null(pl_test_realloc(first, 0));
	assert_ptr_equal(fake_backend_last(FAKE_FREE).block, first);
	assert_null(pl_test_reallocarray(second, 0, 7));
	assert_ptr_equal(fake_backend_last(FAKE_FREE).block, second);
	assert_null(pl_test_reallocarray(third, 7, 0));
	assert_ptr_equal(fake_backend_last(FAKE_FREE).block, third);
	assert_int_equal(errno, OTHER_ERROR);
	after = get_stats();
	assert_int_equal(after.deallocations - before.deallocations, 3);
	assert_int_equal(after.reallocations, before.reallocations);
	assert_int_equal(after.live_allocations, before.live_allocations);
}

TEST(realloc_keeps_the_content_and_counts_as_a_reallocation)
{
	struct phaselock_stats before = get_stats(), after;
	char *block = pl_test_malloc(8);

	memcpy(block, "content", 8);
	block = pl_test_realloc(block, 5000);
	assert_string_equal(block, "content");
	block = pl_test_reallocarray(block, 4, 2);
	assert_int_equal(fake_backend_last(FAKE_REALLOC).size, 8);
	assert_string_equal(block, "content");
	after = get_stats();
	assert_int_equal(after.allocations - before.allocations, 1);
	assert_int_equal(after.reallocations - before.reallocations, 2);
	assert_int_equal(after.live_allocations - before.live_allocations, 1);
	pl_test_free(block);
}

TEST(usable_size_is_the_backends_and_zero_for_a_null_pointer)
{
	void *block = pl_test_malloc(77);
	size_t usable = pl_test_malloc_usable_size(block);

	assert_int_equal(usable, pl_backend_usable_size(block));
	assert_true(usable >= 77);
	assert_int_equal(pl_test_malloc_usable_size(NULL), 0);
	pl_test_free(block);
}

/* ---- every function of the family ------------------------------------------------------------ */

static void *memory; /* a block to work on */
static void *unset;  /* what posix_memalign has to leave alone */

/* A call that must be refused; returns whether it was. */
#define CALL(name, expression)                                                                     \
	static bool name(void)                                                                     \
	{                                                                                          \
		return expression;                                                                 \
	}

CALL(by_malloc, pl_test_malloc(40) == NULL)
CALL(by_calloc, pl_test_calloc(4, 10) == NULL)
CALL(by_realloc, pl_test_realloc(memory, 40) == NULL)
CALL(by_realloc_of_null, pl_test_realloc(NULL, 40) == NULL)
CALL(by_reallocarray, pl_test_reallocarray(memory, 4, 10) == NULL)
CALL(by_reallocarray_of_null, pl_test_reallocarray(NULL, 4, 10) == NULL)
CALL(by_posix_memalign, pl_test_posix_memalign(&unset, 64, 40) == ENOMEM)
CALL(by_aligned_alloc, pl_test_aligned_alloc(64, 40) == NULL)
CALL(by_memalign, pl_test_memalign(64, 40) == NULL)

static const struct {
	const char *name;
	bool (*refused)(void);
	bool changes;
	size_t alignment;
} takers[] = {
	{"malloc", by_malloc, false, 0},
	{"calloc", by_calloc, false, 0},
	{"realloc", by_realloc, true, 0},
	{"realloc", by_realloc_of_null, false, 0},
	{"reallocarray", by_reallocarray, true, 0},
	{"reallocarray", by_reallocarray_of_null, false, 0},
	{"posix_memalign", by_posix_memalign, false, 64},
	{"aligned_alloc", by_aligned_alloc, false, 64},
	{"memalign", by_memalign, false, 64},
};

TEST(each_function_is_judged_under_its_own_name_before_anything_changes)
{
	memory = pl_test_malloc(8);
	unset = &unset;
	memcpy(memory, "unmoved", 8);
	EACH_ROW(i, takers) {
		uint64_t calls = fake_backend_memory_calls();
		bool refused;

		times_judged = 0;
		pl_phase_lock();
		errno = 0;
		refused = takers[i].refused();
		pl_phase_unlock();
		assert_true(refused);
		assert_int_equal(errno, ENOMEM);
		assert_int_equal(times_judged, 1);
		assert_string_equal(judged.function, takers[i].name);
		assert_int_equal(judged.size, 40);
		assert_int_equal(judged.alignment, takers[i].alignment);
		assert_ptr_equal(judged.old, takers[i].changes ? memory : NULL);
		assert_int_equal(fake_backend_memory_calls(), calls);
	}
	assert_ptr_equal(unset, &unset);
	assert_string_equal(memory, "unmoved");
	pl_test_free(memory);
}

/* Arguments that libc refuses: no such call reaches the backend. */
CALL(by_calloc_too_much, pl_test_calloc(SIZE_MAX, 16) == NULL)
CALL(by_reallocarray_too_much, pl_test_reallocarray(memory, SIZE_MAX, 16) == NULL)
CALL(by_posix_memalign_of_4, pl_test_posix_memalign(&unset, 4, 40) == ENOMEM)
CALL(by_aligned_alloc_of_24, pl_test_aligned_alloc(24, 40) == NULL)
CALL(by_memalign_of_most, pl_test_memalign(SIZE_MAX, 40) == NULL)
CALL(by_pvalloc_too_much, pl_test_pvalloc(SIZE_MAX) == NULL)

TEST(each_call_is_judged_whatever_its_arguments_are)
{
	static const struct {
		const char *name;
		bool (*refused)(void);
		size_t size;
		size_t alignment; /* 1: the page */
	} calls[] = {
		{"calloc", by_calloc_too_much, SIZE_MAX, 0},
		{"reallocarray", by_reallocarray_too_much, SIZE_MAX, 0},
		{"posix_memalign", by_posix_memalign_of_4, 40, 4},
		{"aligned_alloc", by_aligned_alloc_of_24, 40, 24},
		{"memalign", by_memalign_of_most, 40, SIZE_MAX},
		{"pvalloc", by_pvalloc_too_much, SIZE_MAX, 1},
	};
	uint64_t backend_calls;

	memory = pl_test_malloc(8);
	unset = &unset;
	backend_calls = fake_backend_memory_calls();
	EACH_ROW(i, calls) {
		bool refused;

		times_judged = 0;
		pl_phase_lock();
		errno = 0;
		refused = calls[i].refused();
		pl_phase_unlock();
		assert_true(refused);
		assert_int_equal(errno, ENOMEM);
		assert_int_equal(times_judged, 1);
		assert_string_equal(judged.function, calls[i].name);
		assert_int_equal(judged.size, calls[i].size);
		assert_int_equal(judged.alignment,
				 calls[i].alignment == 1 ? pl_os_page_size() : calls[i].alignment);
	}
	assert_ptr_equal(unset, &unset);
	assert_int_equal(fake_backend_memory_calls(), backend_calls);
	pl_test_free(memory);
}

TEST(page_functions_are_judged_with_the_page_as_alignment)
{
	const size_t page = pl_os_page_size();

	times_judged = 0;
	pl_phase_lock();
	assert_null(pl_test_valloc(40));
	assert_string_equal(judged.function, "valloc");
	assert_int_equal(judged.size, 40);
	assert_int_equal(judged.alignment, page);
	assert_null(pl_test_pvalloc(40));
	assert_string_equal(judged.function, "pvalloc");
	assert_int_equal(judged.size, page);
	assert_int_equal(judged.alignment, page);
	pl_phase_unlock();
	assert_int_equal(times_judged, 2);
}

#define GIVE(name, statement)                                                                      \
	static void name(void *block)                                                              \
	{                                                                                          \
		statement;                                                                         \
	}

GIVE(free_sized, pl_test_free_sized(block, 8))
GIVE(free_aligned_sized, pl_test_free_aligned_sized(block, 64, 8))
GIVE(realloc_to_zero, assert_null(pl_test_realloc(block, 0)))
GIVE(reallocarray_to_zero, assert_null(pl_test_reallocarray(block, 0, 1)))

static const struct {
	const char *name;
	void (*free)(void *block);
	bool takes_null;
} givers[] = {
	{"free", pl_test_free, true},	     {"cfree", pl_test_cfree, true},
	{"free_sized", free_sized, true},    {"free_aligned_sized", free_aligned_sized, true},
	{"realloc", realloc_to_zero, false}, {"reallocarray", reallocarray_to_zero, false},
};

TEST(each_form_of_free_gives_back_keeps_errno_and_can_be_forbidden)
{
	EACH_ROW(i, givers) {
		void *block = pl_test_malloc(8);
		uint64_t frees = fake_backend_calls(FAKE_FREE),
			 deallocations = get_stats().deallocations;

		times_judged = 0;
		errno = OTHER_ERROR;
		pl_request_forbid_free(true);
		pl_phase_lock();
		givers[i].free(block); /* denied */
		if (givers[i].takes_null)
			givers[i].free(NULL);
		pl_phase_unlock();
		pl_request_forbid_free(false);
		assert_int_equal(times_judged, 1);
		assert_string_equal(judged.function, givers[i].name);
		assert_ptr_equal(judged.old, block);
		assert_int_equal(fake_backend_calls(FAKE_FREE), frees);
		assert_int_equal(get_stats().deallocations, deallocations);

		pl_phase_lock();
		givers[i].free(block);
		pl_phase_unlock();
		assert_int_equal(times_judged, 1);
		assert_int_equal(errno, OTHER_ERROR);
		assert_ptr_equal(fake_backend_last(FAKE_FREE).block, block);
		assert_int_equal(get_stats().deallocations, deallocations + 1);
	}
}

TEST(all_entry_points_are_found_by_the_proof)
{
	assert_int_equal(phaselock_armed(), PHASELOCK_ENTRY_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_and_alignments_reach_the_backend_as_they_were_asked_for),
		cmocka_unit_test(size_zero_is_a_block_of_its_own),
		cmocka_unit_test(calloc_hands_out_zeros),
		cmocka_unit_test(product_or_sum_that_overflows_fails_with_enomem),
		cmocka_unit_test(alignment_that_is_not_allowed_fails_with_einval),
		cmocka_unit_test(memalign_takes_the_next_power_of_two),
		cmocka_unit_test(memalign_of_the_greatest_power_of_two_comes_to_an_end),
		cmocka_unit_test(realloc_to_size_zero_frees_and_returns_null),
		cmocka_unit_test(realloc_keeps_the_content_and_counts_as_a_reallocation),
		cmocka_unit_test(usable_size_is_the_backends_and_zero_for_a_null_pointer),
		cmocka_unit_test(
			each_function_is_judged_under_its_own_name_before_anything_changes),
		cmocka_unit_test(each_call_is_judged_whatever_its_arguments_are),
		cmocka_unit_test(page_functions_are_judged_with_the_page_as_alignment),
		cmocka_unit_test(each_form_of_free_gives_back_keeps_errno_and_can_be_forbidden),
		cmocka_unit_test(all_entry_points_are_found_by_the_proof),
	};

	return cmocka_run_group_tests_name("interpose", tests, NULL, NULL);
}
