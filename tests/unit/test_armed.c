/* SPDX-License-Identifier: MIT */
/*
 * The proof that entry points are ours. The malloc family is a double, in which any function can be
 * made foreign; so are the operators. That the real ones are found is shown by test_interpose and
 * by the behaviour suite.
 *
 * shows: PL-062
 */
#define _GNU_SOURCE
#include "child.h"
#include "fake_backend.h"
#include "phase.h"
#include "renamed.h"
#include "request.h"

#include "gate.h"
#include "violation_double.h"

#include <phaselock/phaselock.h>

static unsigned foreign; /* PHASELOCK_ENTRY_* */

/* What the foreign allocator handed out, and what it got back. */
static void *handed_out[64];
static unsigned taken, returned;

enum phaselock_verdict pl_violation(const struct pl_request *request, enum phaselock_cause cause,
				    struct pl_thread *thread)
{
	(void)thread;
	(void)request;
	(void)cause;
	return PHASELOCK_ABORT; /* a probe is never a violation */
}

static bool raises_in_probe;

static void *take(unsigned entry)
{
	if (raises_in_probe)
		raise(SIGUSR1);
	if ((foreign & entry) == 0)
		return pl_request_allocate("double", 1, NULL);
	errno = EDOM; /* whatever it does to errno is undone */
	return handed_out[taken++] = malloc(1);
}

static void give(unsigned entry, void *block)
{
	if ((foreign & entry) == 0) {
		pl_request_release("double", block, NULL);
		return;
	}
	for (unsigned i = 0; block != NULL && i < taken; i++)
		if (handed_out[i] == block) {
			handed_out[i] = NULL;
			returned++;
			free(block);
		}
}

#define TAKE(name, parameters, entry)                                                              \
	void *pl_test_##name parameters                                                            \
	{                                                                                          \
		return take(PHASELOCK_ENTRY_##entry);                                              \
	}
#define GIVE(name, parameters, entry)                                                              \
	void pl_test_##name parameters                                                             \
	{                                                                                          \
		give(PHASELOCK_ENTRY_##entry, block);                                              \
	}
#define UNUSED __attribute__((unused))
#define SIZE size_t size UNUSED
#define COUNT size_t count UNUSED
#define ALIGNMENT size_t alignment UNUSED
#define TAG const void *tag UNUSED
#define BLOCK void *block UNUSED

TAKE(malloc, (SIZE), MALLOC)
TAKE(calloc, (COUNT, SIZE), CALLOC)
TAKE(realloc, (BLOCK, SIZE), REALLOC)
TAKE(reallocarray, (BLOCK, COUNT, SIZE), REALLOCARRAY)
TAKE(aligned_alloc, (ALIGNMENT, SIZE), ALIGNED_ALLOC)
TAKE(memalign, (ALIGNMENT, SIZE), MEMALIGN)
TAKE(valloc, (SIZE), VALLOC)
TAKE(pvalloc, (SIZE), PVALLOC)
TAKE(_Znwm, (SIZE), NEW)
TAKE(_Znam, (SIZE), NEW)
TAKE(_ZnwmRKSt9nothrow_t, (SIZE, TAG), NEW)
TAKE(_ZnamRKSt9nothrow_t, (SIZE, TAG), NEW)
TAKE(_ZnwmSt11align_val_t, (SIZE, ALIGNMENT), NEW_ALIGNED)
TAKE(_ZnamSt11align_val_t, (SIZE, ALIGNMENT), NEW_ALIGNED)
TAKE(_ZnwmSt11align_val_tRKSt9nothrow_t, (SIZE, ALIGNMENT, TAG), NEW_ALIGNED)
TAKE(_ZnamSt11align_val_tRKSt9nothrow_t, (SIZE, ALIGNMENT, TAG), NEW_ALIGNED)
GIVE(free, (BLOCK), FREE)
GIVE(cfree, (BLOCK), CFREE)
GIVE(free_sized, (BLOCK, SIZE), FREE_SIZED)
GIVE(free_aligned_sized, (BLOCK, ALIGNMENT, SIZE), FREE_ALIGNED_SIZED)
GIVE(_ZdlPv, (BLOCK), DELETE)
GIVE(_ZdaPv, (BLOCK), DELETE)
GIVE(_ZdlPvm, (BLOCK, SIZE), DELETE)
GIVE(_ZdaPvm, (BLOCK, SIZE), DELETE)
GIVE(_ZdlPvRKSt9nothrow_t, (BLOCK, TAG), DELETE)
GIVE(_ZdaPvRKSt9nothrow_t, (BLOCK, TAG), DELETE)
GIVE(_ZdlPvSt11align_val_t, (BLOCK, ALIGNMENT), DELETE_ALIGNED)
GIVE(_ZdaPvSt11align_val_t, (BLOCK, ALIGNMENT), DELETE_ALIGNED)
GIVE(_ZdlPvmSt11align_val_t, (BLOCK, SIZE, ALIGNMENT), DELETE_ALIGNED)
GIVE(_ZdaPvmSt11align_val_t, (BLOCK, SIZE, ALIGNMENT), DELETE_ALIGNED)
GIVE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (BLOCK, ALIGNMENT, TAG), DELETE_ALIGNED)
GIVE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (BLOCK, ALIGNMENT, TAG), DELETE_ALIGNED)

int pl_test_posix_memalign(void **out, ALIGNMENT, SIZE)
{
	*out = take(PHASELOCK_ENTRY_POSIX_MEMALIGN);
	return 0;
}

size_t pl_test_malloc_usable_size(BLOCK)
{
	if ((foreign & PHASELOCK_ENTRY_MALLOC_USABLE_SIZE) == 0)
		pl_request_probe();
	return 0;
}

/* ---- the tests ------------------------------------------------------------------------------- */

/* Asks with these entry points foreign; frees what was left alone. */
static unsigned armed_with_foreign(unsigned entries)
{
	struct phaselock_stats before = get_stats(), after;
	uint64_t calls = fake_backend_memory_calls();
	unsigned armed;

	foreign = entries;
	taken = 0;
	returned = 0;
	errno = ERANGE;
	armed = phaselock_armed();
	assert_int_equal(errno, ERANGE);
	foreign = 0;
	after = get_stats();
	after.threads = before.threads;
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(fake_backend_memory_calls(), calls);
	for (unsigned i = 0; i < taken; i++)
		free(handed_out[i]);
	return armed;
}

TEST(all_entry_points_are_found_and_nothing_is_counted)
{
	assert_int_equal(armed_with_foreign(0), PHASELOCK_ENTRY_ALL);
	assert_int_equal(taken, 0);
}

TEST(each_entry_point_that_is_foreign_is_missing_and_no_other)
{
	for (unsigned entry = 1; entry < PHASELOCK_ENTRY_ALL; entry <<= 1)
		assert_int_equal(armed_with_foreign(entry), PHASELOCK_ENTRY_ALL & ~entry);
	assert_int_equal(armed_with_foreign(PHASELOCK_ENTRY_ALL), 0);
}

TEST(foreign_blocks_go_back_to_their_allocator)
{
	armed_with_foreign(PHASELOCK_ENTRY_ALL);
	assert_int_equal(taken,
			 9 + 8); /* the nine C functions that allocate, the eight operators new */
	assert_int_equal(returned, taken);
	armed_with_foreign(PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_FREE);
	assert_int_equal(taken, 1);
	assert_int_equal(returned, 1);
}

TEST(foreign_block_whose_way_back_is_ours_is_left_alone)
{
	armed_with_foreign(PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_NEW |
			   PHASELOCK_ENTRY_NEW_ALIGNED);
	assert_int_equal(taken, 9);
	assert_int_equal(returned, 0);
}

TEST(probes_are_no_violations_in_any_phase_or_scope)
{
	pl_phase_lock();
	assert_int_equal(armed_with_foreign(0), PHASELOCK_ENTRY_ALL);
	phaselock_forbid_begin();
	pl_request_forbid_free(true);
	assert_int_equal(armed_with_foreign(0), PHASELOCK_ENTRY_ALL);
	pl_request_forbid_free(false);
	phaselock_forbid_end();
	pl_phase_unlock();
}

TEST(gate_is_open_again_after_the_probes)
{
	phaselock_armed();
	assert_true(pl_gate_is_open());
	phaselock_forbid_begin();
	phaselock_armed();
	assert_false(pl_gate_is_open());
	phaselock_forbid_end();
	assert_true(pl_gate_is_open());
}

static volatile sig_atomic_t ticks;
static void *of_handler;

static void allocate_in_handler(int number)
{
	(void)number;
	of_handler = pl_request_allocate("handler", 1, NULL);
	ticks = ticks + 1;
}

CHILD_TEST(signals_wait_until_the_probes_are_over)
{
	if (THREAD_SANITIZED) /* it delivers signals when it likes */
		return;
	CHECK(signal(SIGUSR1, allocate_in_handler) != SIG_ERR);
	raises_in_probe = true;
	CHECK_EQUAL(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	raises_in_probe = false;
	/* Pending once, however often it was raised; its request was no probe. */
	CHECK_EQUAL(ticks, 1);
	CHECK_EQUAL(get_stats().allocations, 1);
	CHECK(of_handler != NULL && fake_backend_calls(FAKE_MALLOC) == 1);
	pl_request_release("handler", of_handler, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_wait_until_the_probes_are_over),
		cmocka_unit_test(all_entry_points_are_found_and_nothing_is_counted),
		cmocka_unit_test(each_entry_point_that_is_foreign_is_missing_and_no_other),
		cmocka_unit_test(foreign_blocks_go_back_to_their_allocator),
		cmocka_unit_test(foreign_block_whose_way_back_is_ours_is_left_alone),
		cmocka_unit_test(probes_are_no_violations_in_any_phase_or_scope),
		cmocka_unit_test(gate_is_open_again_after_the_probes),
	};

	return cmocka_run_group_tests_name("armed", tests, NULL, NULL);
}
