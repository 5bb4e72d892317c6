/* SPDX-License-Identifier: MIT */
/*
 * The barrier of the phase word: a thread that stores a phase which promises something calls the
 * barrier after the store and before it returns. The barrier is a double that notes the phase it
 * finds. tests/model/gate.pml shows that this is enough.
 *
 * shows: PL-010 PL-590
 */
#define _GNU_SOURCE
#include "request/control.h"
#include "thread/phase.h"
#include "violation_double.h"

#include "child.h"

#include <phaselock/watch.h>

static unsigned barriers;
static uintptr_t phase_at_last;

bool pl_os_barrier(void)
{
	barriers++;
	phase_at_last = pl_phase_load();
	return true;
}

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	(void)request;
	(void)cause;
	(void)thread;
	return PHASELOCK_ALLOW;
}

/* What a call must do: one barrier, which finds the phase that the call has stored. */
#define CHECK_BARRIER(call, phase)                                                                 \
	do {                                                                                       \
		unsigned before = barriers;                                                        \
                                                                                                   \
		call;                                                                              \
		CHECK_EQUAL(barriers, before + 1);                                                 \
		CHECK_EQUAL(phase_at_last, phase);                                                 \
	} while (0)

CHILD_TEST(each_writer_of_the_phase_has_a_barrier_after_its_store)
{
	CHECK_BARRIER(pl_phase_lock(), PL_PHASE_LOCKED);
	CHECK(pl_phase_unlock());
	CHECK_BARRIER(pl_phase_watch(PL_PHASE_WATCHED_PROCESS, true), PL_PHASE_WATCHED);
	CHECK_BARRIER(pl_phase_lock(), PL_PHASE_LOCKED);
	CHECK(pl_phase_unlock());
	CHECK_BARRIER(pl_phase_watch(PL_PHASE_WATCHED_PROCESS, false), PL_PHASE_INIT);
	CHECK_BARRIER(pl_phase_seal(), PL_PHASE_SEALED);
}

CHILD_TEST(lock_that_finds_the_heap_locked_has_a_barrier_too)
{
	pl_phase_lock();
	CHECK_BARRIER(pl_phase_lock(), PL_PHASE_LOCKED);
	CHECK_BARRIER(pl_phase_seal(), PL_PHASE_SEALED);
	CHECK_BARRIER(pl_phase_lock(), PL_PHASE_SEALED);
}

CHILD_TEST(public_functions_return_after_the_barrier)
{
	struct phaselock_watch watch = {.watcher = NULL, .forbidden_only = true};

	CHECK_BARRIER(phaselock_lock_allocations(), PL_PHASE_LOCKED);
	phaselock_unlock_allocations();
	CHECK_BARRIER(pl_control_lock("lock=main", NULL), PL_PHASE_LOCKED);
	phaselock_unlock_allocations();
	CHECK_BARRIER(phaselock_watch_process_begin(&watch), PL_PHASE_WATCHED);
	CHECK_BARRIER(phaselock_watch_process_end(&watch), PL_PHASE_INIT);
	CHECK_BARRIER(phaselock_seal_allocations(), PL_PHASE_SEALED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_writer_of_the_phase_has_a_barrier_after_its_store),
		cmocka_unit_test(lock_that_finds_the_heap_locked_has_a_barrier_too),
		cmocka_unit_test(public_functions_return_after_the_barrier),
	};

	return cmocka_run_group_tests_name("barrier", tests, NULL, NULL);
}
