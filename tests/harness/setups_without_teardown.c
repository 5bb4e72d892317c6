/* SPDX-License-Identifier: MIT */
/*
 * A test that has a setup and no teardown is framed as any other: what it leaves behind is closed,
 * and told, whether it failed before or not.
 *
 * shows: PL-304 PL-305 PL-611
 * run: {self}
 * exit: 4
 * stdout:
 * | [==========] Running 7 test(s).
 * | [ RUN      ] fails_in_a_locked_phase
 * | [  FAILED  ] fails_in_a_locked_phase
 * | [ RUN      ] finds_all_closed
 * | [       OK ] finds_all_closed
 * | [ RUN      ] leaves_the_heap_locked
 * | [ RUN      ] finds_all_closed
 * | [       OK ] finds_all_closed
 * | [ RUN      ] fails_inside_an_assertion
 * | [  FAILED  ] fails_inside_an_assertion
 * | [ RUN      ] finds_all_closed
 * | [       OK ] finds_all_closed
 * | [ RUN      ] fails_in_a_locked_phase
 * | [  FAILED  ] fails_in_a_locked_phase
 * | [==========] 7 test(s) run.
 * stderr:
 * | [  ERROR   ] --- {any}
 * | fails_in_a_locked_phase left the heap locked
 * | Could not run test: leaves_the_heap_locked left the heap locked
 * | Test teardown failed
 * | [  ERROR   ] leaves_the_heap_locked
 * | [  ERROR   ] --- {any}
 * | [  ERROR   ] --- {any}
 * | [  PASSED  ] 3 test(s).
 * | [  FAILED  ] 3 test(s), listed below:
 * | {lines}
 * |  4 FAILED TEST(S)
 * | fails_in_a_locked_phase left the heap locked
 */
#include <phaselock/cmocka.h>

static int set_up(void **state)
{
	(void)state;
	return 0;
}

static void fails_in_a_locked_phase(void **state)
{
	(void)state;
	lock_allocations();
	fail();
}

static void leaves_the_heap_locked(void **state)
{
	(void)state;
	lock_allocations();
}

static void fails_inside_an_assertion(void **state)
{
	(void)state;
	assert_no_allocations {
		fail();
	}
}

static void finds_all_closed(void **state)
{
	void *volatile block;

	(void)state;
	assert_int_equal(phaselock_get_phase(), PHASELOCK_INIT);
	block = malloc(8);
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(fails_in_a_locked_phase, set_up),
		cmocka_unit_test(finds_all_closed),
		cmocka_unit_test_setup(leaves_the_heap_locked, set_up),
		cmocka_unit_test_setup(finds_all_closed, set_up),
		cmocka_unit_test_setup(fails_inside_an_assertion, set_up),
		cmocka_unit_test(finds_all_closed),
		cmocka_unit_test_setup(fails_in_a_locked_phase, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
