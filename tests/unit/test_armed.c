/* SPDX-License-Identifier: MIT */
/*
 * The proof that entry points are ours. The malloc family is a double in which any function can be
 * made foreign, and so are the operators. test_interpose and the behaviour suite show that the
 * proof finds the real ones.
 *
 * shows: PL-062 PL-562 PL-612
 */
#define _GNU_SOURCE
#include "child.h"
#include "fake_backend.h"
#include "thread/phase.h"
#include "renamed.h"
#include "request/request.h"

#include "thread/gate.h"
#include "entry/interpose.h"
#include "entry/interpose_cxx.h"
#include "thread/thread.h"
#include "violation_double.h"

#include <phaselock/phaselock.h>

#define OPERATORS                                                                                  \
	(PHASELOCK_ENTRY_NEW | PHASELOCK_ENTRY_NEW_ALIGNED | PHASELOCK_ENTRY_DELETE |              \
	 PHASELOCK_ENTRY_DELETE_ALIGNED)

/* What a function that wraps ours writes in front of each block and behind it. */
#define GUARD 65536
#define GUARD_BYTE 0xfd

/* Sets of PHASELOCK_ENTRY_*. */
static unsigned foreign;   /* another allocator serves them */
static unsigned elsewhere; /* their names lead to a function that is not ours */
static unsigned wrapping;  /* that function takes memory of ours, and writes around it */

unsigned pl_interpose_elsewhere(void)
{
	return elsewhere & ~(unsigned)OPERATORS;
}

unsigned pl_interpose_cxx_elsewhere(void)
{
	return elsewhere & (unsigned)OPERATORS;
}

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
	if ((wrapping & entry) != 0) {
		char *wrapped = pl_request_allocate("wrapped", 2 * GUARD + 1, NULL);

		memset(wrapped, GUARD_BYTE, 2 * GUARD + 1);
		return wrapped + GUARD;
	}
	if ((foreign & entry) == 0)
		return pl_request_allocate("double", 1, NULL);
	errno = EDOM; /* whatever it does to errno is undone */
	return handed_out[taken++] = malloc(1);
}

static void give(unsigned entry, void *block)
{
	if ((wrapping & entry) != 0 && block != NULL) {
		pl_request_release("wrapped", (char *)block - GUARD, NULL);
		return;
	}
	if ((foreign & entry) == 0) {
		pl_request_release("double", block, NULL);
		return;
	}
	for (unsigned i = 0; block != NULL && i < taken; i++)
		if (handed_out[i] == block) {
			handed_out[i] = NULL;
			returned++;
		}
	free(block);
}

/* A function whose author forgot the case of NULL. */
static void *resize(unsigned entry, void *block)
{
	void *moved;

	if (block == NULL && (elsewhere & entry) != 0)
		abort();
	moved = take(entry);
	if (block != NULL)
		give(entry, block);
	return moved;
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

void *pl_test_realloc(void *block, SIZE)
{
	return resize(PHASELOCK_ENTRY_REALLOC, block);
}

void *pl_test_reallocarray(void *block, COUNT, SIZE)
{
	return resize(PHASELOCK_ENTRY_REALLOCARRAY, block);
}

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

/* Asks with these entry points foreign; frees the blocks that it left. */
static unsigned armed_with_foreign(unsigned entries, bool named)
{
	unsigned armed;

	foreign = entries;
	elsewhere = named ? entries : 0;
	taken = 0;
	returned = 0;
	errno = ERANGE;
	armed = phaselock_armed();
	assert_int_equal(errno, ERANGE);
	foreign = 0;
	elsewhere = 0;
	for (unsigned i = 0; i < taken; i++)
		free(handed_out[i]);
	return armed;
}

/* All names lead to our functions. Nothing is counted. */
static unsigned armed_by_name(unsigned entries)
{
	struct phaselock_stats before = get_stats(), after;
	uint64_t calls = fake_backend_memory_calls();
	unsigned armed = armed_with_foreign(entries, false);

	after = get_stats();
	after.threads = before.threads;
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(fake_backend_memory_calls(), calls);
	return armed;
}

TEST(all_entry_points_are_found_and_nothing_is_counted)
{
	assert_int_equal(armed_by_name(0), PHASELOCK_ENTRY_ALL);
	assert_int_equal(taken, 0);
}

TEST(each_entry_point_that_is_foreign_is_missing_and_no_other)
{
	for (unsigned entry = 1; entry < PHASELOCK_ENTRY_ALL; entry <<= 1)
		assert_int_equal(armed_with_foreign(entry, true), PHASELOCK_ENTRY_ALL & ~entry);
	assert_int_equal(armed_with_foreign(PHASELOCK_ENTRY_ALL, true), 0);
}

TEST(each_entry_point_whose_code_was_replaced_under_our_name_is_missing)
{
	for (unsigned entry = 1; entry < PHASELOCK_ENTRY_ALL; entry <<= 1)
		assert_int_equal(armed_by_name(entry), PHASELOCK_ENTRY_ALL & ~entry);
	assert_int_equal(armed_by_name(PHASELOCK_ENTRY_ALL), 0);
}

TEST(foreign_blocks_go_back_to_their_allocator)
{
	/* the nine C functions that allocate, the eight operators new */
	armed_with_foreign(PHASELOCK_ENTRY_ALL, false);
	assert_int_equal(taken, 9 + 8);
	assert_int_equal(returned, taken);
	armed_with_foreign(PHASELOCK_ENTRY_ALL, true);
	assert_true(taken > 9 + 8);
	assert_int_equal(returned, taken);
	armed_with_foreign(PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_FREE, false);
	assert_int_equal(taken, 1);
	assert_int_equal(returned, 1);
}

TEST(foreign_block_whose_way_back_is_ours_is_left_alone)
{
	for (unsigned named = 0; named < 2; named++) {
		armed_with_foreign(PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_NEW |
					   PHASELOCK_ENTRY_NEW_ALIGNED,
				   named != 0);
		assert_int_equal(taken, 9);
		assert_int_equal(returned, 0);
	}
}

TEST(functions_that_wrap_ours_are_really_used_and_get_real_memory)
{
	struct phaselock_stats before = get_stats(), after;

	elsewhere = PHASELOCK_ENTRY_ALL;
	wrapping = PHASELOCK_ENTRY_ALL;
	assert_int_equal(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	elsewhere = 0;
	wrapping = 0;
	after = get_stats();
	assert_true(after.allocations - before.allocations >= 9 + 8);
	assert_int_equal(after.live_allocations, before.live_allocations);
	assert_int_equal(pl_thread_probe_token[0], 0);
}

TEST(functions_that_wrap_ours_are_permitted_in_every_phase_and_scope)
{
	uint64_t attempts = get_stats().locked_attempts;

	elsewhere = PHASELOCK_ENTRY_ALL;
	wrapping = PHASELOCK_ENTRY_ALL;
	pl_phase_lock();
	phaselock_forbid_begin();
	assert_int_equal(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	phaselock_forbid_end();
	pl_phase_unlock();
	elsewhere = 0;
	wrapping = 0;
	assert_int_equal(get_stats().locked_attempts, attempts);
	/* The pages that frees have held go back, and the gate opens. */
	give(PHASELOCK_ENTRY_FREE, take(PHASELOCK_ENTRY_MALLOC));
}

TEST(each_entry_point_has_a_name_and_nothing_else_has)
{
	assert_string_equal(phaselock_entry_name(PHASELOCK_ENTRY_MALLOC), "malloc");
	assert_string_equal(phaselock_entry_name(PHASELOCK_ENTRY_DELETE_ALIGNED),
			    "operator delete with alignment");
	for (unsigned entry = 1; entry < PHASELOCK_ENTRY_ALL; entry <<= 1)
		assert_non_null(phaselock_entry_name(entry));
	assert_null(phaselock_entry_name(0));
	assert_null(phaselock_entry_name(PHASELOCK_ENTRY_MALLOC | PHASELOCK_ENTRY_FREE));
	assert_null(phaselock_entry_name(PHASELOCK_ENTRY_ALL));
	assert_null(phaselock_entry_name(PHASELOCK_ENTRY_ALL + 1));
	assert_null(phaselock_entry_name(1u << 31));
}

TEST(probes_are_no_violations_in_any_phase_or_scope)
{
	pl_phase_lock();
	assert_int_equal(armed_by_name(0), PHASELOCK_ENTRY_ALL);
	phaselock_forbid_begin();
	pl_request_forbid_free(true);
	assert_int_equal(armed_by_name(0), PHASELOCK_ENTRY_ALL);
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
	if (THREAD_SANITIZED) /* it delays signals */
		return;
	CHECK(signal(SIGUSR1, allocate_in_handler) != SIG_ERR);
	raises_in_probe = true;
	CHECK_EQUAL(phaselock_armed(), PHASELOCK_ENTRY_ALL);
	raises_in_probe = false;
	/* It is pending once, however often it was raised; its request was no probe. */
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
		cmocka_unit_test(
			each_entry_point_whose_code_was_replaced_under_our_name_is_missing),
		cmocka_unit_test(functions_that_wrap_ours_are_really_used_and_get_real_memory),
		cmocka_unit_test(functions_that_wrap_ours_are_permitted_in_every_phase_and_scope),
		cmocka_unit_test(foreign_blocks_go_back_to_their_allocator),
		cmocka_unit_test(foreign_block_whose_way_back_is_ours_is_left_alone),
		cmocka_unit_test(each_entry_point_has_a_name_and_nothing_else_has),
		cmocka_unit_test(probes_are_no_violations_in_any_phase_or_scope),
		cmocka_unit_test(gate_is_open_again_after_the_probes),
	};

	return cmocka_run_group_tests_name("armed", tests, NULL, NULL);
}
