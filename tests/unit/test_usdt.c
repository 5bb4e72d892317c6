/* SPDX-License-Identifier: MIT */
/*
 * Probes compute nothing while no tracer is attached, and the number of a site depends on its
 * function, its cause and its first frames alone.
 * shows: PL-841 PL-844
 */
#include "common/usdt.h"
#include "reaction/site_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static unsigned computed;

static int compute(void)
{
	computed++;
	return 0;
}

static void arguments_are_computed_for_a_tracer_alone(void **state)
{
	(void)state;
	computed = 0;
	PL_USDT(scope, (compute(), true));
	assert_int_equal(computed, 0);
	phaselock_scope_semaphore++; /* as the kernel does */
	PL_USDT(scope, (compute(), true));
	phaselock_scope_semaphore--;
	assert_int_equal(computed, 1);
}

static void attached_probes_change_nothing(void **state)
{
	(void)state;
	pl_usdt_lock();
	pl_usdt_unlock();
	pl_usdt_seal(true);
	pl_usdt_violation("malloc", 1, 2, 3);
	pl_usdt_thread_register(1);
	pl_usdt_stage("a stage", -1, 1);
	pl_usdt_stage(NULL, 0, 0);
	pl_usdt_scope(1, false);
}

#define OWN(offset) ((void *)((uintptr_t)compute + (offset)))

static const struct phaselock_violation usual = {
	.function = "malloc",
	.cause = PHASELOCK_CAUSE_PHASE,
	.frame_count = 6,
	.frames = {OWN(1), OWN(2), OWN(3), OWN(4), OWN(5), OWN(6)},
};

static void each_part_of_a_site_counts(void **state)
{
	struct phaselock_violation other = usual;
	char function[] = "malloc";

	(void)state;
	other.function = function; /* by its text */
	other.size = 12;
	other.thread_id = 3;
	assert_true(pl_site_key(&other) == pl_site_key(&usual));
	other.frames[5] = OWN(7); /* the sixth */
	assert_true(pl_site_key(&other) == pl_site_key(&usual));

	other.frames[4] = OWN(7);
	assert_true(pl_site_key(&other) != pl_site_key(&usual));
	other = usual;
	other.function = "calloc";
	assert_true(pl_site_key(&other) != pl_site_key(&usual));
	other = usual;
	other.cause = PHASELOCK_CAUSE_FORBID;
	assert_true(pl_site_key(&other) != pl_site_key(&usual));
}

static void frames_of_libraries_at_run_time_do_not_count(void **state)
{
	struct phaselock_violation other = usual;

	(void)state;
	memmove(other.frames + 1, other.frames, 5 * sizeof(other.frames[0]));
	other.frames[0] = (void *)((uintptr_t)qsort + 1); /* of libc */
	assert_true(pl_site_key(&other) == pl_site_key(&usual));

	other.frame_count = 1;
	assert_true(pl_site_key(&other) != pl_site_key(&usual));
	other.frames[0] = (void *)((uintptr_t)qsort + 2); /* if there are no others */
	assert_true(pl_site_key(&other) != pl_site_key(&usual));
}

static void code_without_a_file_has_no_address(void **state)
{
	struct phaselock_violation one = usual, other = usual;

	(void)state;
	one.frames[0] = (void *)0x1000;
	other.frames[0] = (void *)0x2000;
	assert_true(pl_site_key(&one) == pl_site_key(&other));
	assert_true(pl_site_key(&one) != pl_site_key(&usual));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_computed_for_a_tracer_alone),
		cmocka_unit_test(attached_probes_change_nothing),
		cmocka_unit_test(each_part_of_a_site_counts),
		cmocka_unit_test(frames_of_libraries_at_run_time_do_not_count),
		cmocka_unit_test(code_without_a_file_has_no_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
