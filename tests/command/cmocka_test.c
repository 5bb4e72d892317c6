/* SPDX-License-Identifier: MIT */
/*
 * A test program of a user, as C and as C++: one assertion of each kind, the last one of which its
 * code does not keep.
 */
#include <phaselock/cmocka.h>

#ifdef __cplusplus
#include <phaselock/phaselock.hpp>
#endif

static void *volatile sink;

static void request(size_t size)
{
	sink = malloc(size);
	free(sink);
}

static void canary(void **state)
{
	(void)state;
	assert_allocates {
		request(1);
	}
}

static void is_within_limits(void **state)
{
	(void)state;
	assert_no_allocations {
		sink = NULL;
	}
	assert_max_allocations(2) {
		request(1);
	}
	assert_exact_allocations(1) {
		request(1);
	}
	assert_max_bytes(8) {
		request(8);
	}
	assert_no_allocations_anywhere {
		sink = NULL;
	}
}

static void gives_back(void **state)
{
	(void)state;
	assert_no_leak {
		request(1);
	}
}

static void gives_nothing_back(void **state)
{
	(void)state;
	assert_no_deallocations {
		sink = malloc(1);
	}
	free(sink);
}

static void violates(void **state)
{
	(void)state;
	PHASELOCK_FORBID_SCOPE;
	assert_violation_of("malloc", 5, NULL) {
		request(5);
	}
}

static void violates_in_scopes(void **state)
{
	(void)state;
#ifdef __cplusplus
	const phaselock::permit heap;
	const phaselock::forbid no_heap;

	phaselock::check_violation([] { request(5); }, "malloc", 5);
#else
	PHASELOCK_PERMIT_SCOPE;
	PHASELOCK_FORBID_SCOPE;

	assert_violation {
		request(5);
	}
#endif
}

static void allocates(void **state)
{
	(void)state;
	assert_no_allocations {
		request(7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canary),     cmocka_unit_test(is_within_limits),
		cmocka_unit_test(gives_back), cmocka_unit_test(gives_nothing_back),
		cmocka_unit_test(violates),   cmocka_unit_test(violates_in_scopes),
		cmocka_unit_test(allocates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
