/* SPDX-License-Identifier: MIT */
/*
 * The C++ operators as C sees them. Doubles play the C++ library: get_new_handler(), and the
 * function that throws std::bad_alloc, which leaves by longjmp() here. The behaviour suite shows
 * that real exceptions pass through, and what happens without a C++ library.
 *
 * shows: PL-001, PL-003 (alignments reach the backend), PL-005, PL-007, PL-011, PL-032
 */
#define _GNU_SOURCE
#include "child.h"
#include "fake_backend.h"
#include "thread/phase.h"
#include "renamed.h"
#include "request/request.h"
#include "violation_double.h"

typedef void (*new_handler)(void);

new_handler get_new_handler(void) __asm__("_ZSt15get_new_handlerv");
void throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv");

static new_handler installed;
static jmp_buf thrown_to;
static bool can_throw;

new_handler get_new_handler(void)
{
	return installed;
}

void throw_bad_alloc(void)
{
	if (can_throw)
		longjmp(thrown_to, 1);
}

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

/* ---- the forms ------------------------------------------------------------------------------- */

#define TAKE(name, expression)                                                                     \
	static void *name(size_t size)                                                             \
	{                                                                                          \
		return expression;                                                                 \
	}

TAKE(new_nothrow, pl_test__ZnwmRKSt9nothrow_t(size, ""))
TAKE(new_array_nothrow, pl_test__ZnamRKSt9nothrow_t(size, ""))
TAKE(new_aligned, pl_test__ZnwmSt11align_val_t(size, 64))
TAKE(new_array_aligned, pl_test__ZnamSt11align_val_t(size, 64))
TAKE(new_aligned_nothrow, pl_test__ZnwmSt11align_val_tRKSt9nothrow_t(size, 64, ""))
TAKE(new_array_aligned_nothrow, pl_test__ZnamSt11align_val_tRKSt9nothrow_t(size, 64, ""))

static const struct form {
	const char *name;
	void *(*call)(size_t size);
	bool throws;
	size_t alignment;
} forms[] = {
	{"operator new", pl_test__Znwm, true, 0},
	{"operator new[]", pl_test__Znam, true, 0},
	{"operator new", new_nothrow, false, 0},
	{"operator new[]", new_array_nothrow, false, 0},
	{"operator new", new_aligned, true, 64},
	{"operator new[]", new_array_aligned, true, 64},
	{"operator new", new_aligned_nothrow, false, 64},
	{"operator new[]", new_array_aligned_nothrow, false, 64},
};

/* Calls a form; returns whether it threw, and its block if it did not. */
static bool throws(const struct form *form, size_t size, void **block)
{
	if (setjmp(thrown_to) != 0) {
		can_throw = false;
		return true;
	}
	can_throw = true;
	*block = form->call(size);
	can_throw = false;
	return false;
}

/* A form fails in its way: the throwing ones throw, the others return NULL. */
static void assert_fails(const struct form *form, size_t size)
{
	void *block = &block;
	bool threw = throws(form, size, &block);

	assert_int_equal(threw, form->throws);
	if (!threw)
		assert_null(block);
}

TEST(each_form_of_new_takes_memory_as_it_was_asked_for)
{
	EACH_ROW(i, forms)
		for (size_t size = 0; size <= 10000; size += 5000) {
			enum fake_function function =
				forms[i].alignment > 0 ? FAKE_ALIGNED : FAKE_MALLOC;
			struct phaselock_stats before = get_stats(), after;
			void *block = NULL;

			assert_false(throws(&forms[i], size, &block));
			assert_non_null(block);
			assert_int_equal(fake_backend_last(function).size, size);
			assert_int_equal(fake_backend_last(function).alignment, forms[i].alignment);
			after = get_stats();
			assert_int_equal(after.allocations - before.allocations, 1);
			assert_int_equal(after.bytes_requested - before.bytes_requested, size);
			pl_test__ZdlPv(block);
		}
}

TEST(denied_new_throws_or_returns_null_and_does_not_ask_the_new_handler)
{
	installed = abort;
	EACH_ROW(i, forms) {
		uint64_t calls = fake_backend_memory_calls();

		times_judged = 0;
		pl_phase_lock();
		assert_fails(&forms[i], 40);
		pl_phase_unlock();
		assert_int_equal(times_judged, 1);
		assert_string_equal(judged.function, forms[i].name);
		assert_int_equal(judged.size, 40);
		assert_int_equal(judged.alignment, forms[i].alignment);
		assert_int_equal(fake_backend_memory_calls(), calls);
	}
	installed = NULL;
}

/* ---- short of memory ------------------------------------------------------------------------- */

static unsigned handler_calls, fail_so_often;

/* A new-handler that finds memory at its last call. */
static void find_memory_at_last(void)
{
	if (++handler_calls < fail_so_often)
		fake_backend_fail_nth(1);
}

static void give_up(void)
{
	handler_calls++;
	installed = NULL;
	fake_backend_fail_nth(1);
}

static void lock_the_heap(void)
{
	handler_calls++;
	pl_phase_lock();
}

TEST(new_without_memory_and_without_handler_throws_or_returns_null)
{
	EACH_ROW(i, forms) {
		fake_backend_fail_nth(1);
		assert_fails(&forms[i], 40);
		assert_false(fake_backend_failure_is_pending());
		fake_backend_fail_nth(1);
		assert_fails(&forms[i], 10000);
		assert_fails(&forms[i], SIZE_MAX);
	}
}

TEST(new_handler_is_asked_as_long_as_memory_is_short)
{
	EACH_ROW(i, forms)
		for (fail_so_often = 1; fail_so_often <= 4; fail_so_often++) {
			void *block = NULL;
			bool threw;

			handler_calls = 0;
			installed = find_memory_at_last;
			fake_backend_fail_nth(1);
			threw = throws(&forms[i], 40, &block);
			installed = NULL;
			assert_false(threw);
			assert_non_null(block);
			assert_int_equal(handler_calls, fail_so_often);
			pl_test__ZdlPv(block);
		}
}

TEST(new_handler_that_takes_itself_away_is_the_end)
{
	EACH_ROW(i, forms) {
		handler_calls = 0;
		installed = give_up;
		fake_backend_fail_nth(1);
		assert_fails(&forms[i], 40);
		assert_int_equal(handler_calls, 1);
		assert_null(installed);
	}
}

TEST(new_that_is_denied_after_the_handler_asks_no_more)
{
	EACH_ROW(i, forms) {
		handler_calls = 0;
		times_judged = 0;
		installed = lock_the_heap;
		fake_backend_fail_nth(1);
		assert_fails(&forms[i], 40);
		pl_phase_unlock();
		installed = NULL;
		assert_int_equal(handler_calls, 1);
		assert_int_equal(times_judged, 1);
	}
}

static void throw_without_catcher(void)
{
	pl_phase_lock();
	pl_test__Znwm(1); /* the double returns: the operator must not */
	CHECK(false);
}

TEST(throwing_new_never_returns_null)
{
	child_aborts(throw_without_catcher, "phaselock: operator new has failed and there is no "
					    "C++ library to throw std::bad_alloc; aborting\n");
}

/* ---- delete ---------------------------------------------------------------------------------- */

#define GIVE(name, statement)                                                                      \
	static void name(void *block)                                                              \
	{                                                                                          \
		statement;                                                                         \
	}

GIVE(delete_sized, pl_test__ZdlPvm(block, 8))
GIVE(delete_array_sized, pl_test__ZdaPvm(block, 8))
GIVE(delete_nothrow, pl_test__ZdlPvRKSt9nothrow_t(block, ""))
GIVE(delete_array_nothrow, pl_test__ZdaPvRKSt9nothrow_t(block, ""))
GIVE(delete_aligned, pl_test__ZdlPvSt11align_val_t(block, 64))
GIVE(delete_array_aligned, pl_test__ZdaPvSt11align_val_t(block, 64))
GIVE(delete_sized_aligned, pl_test__ZdlPvmSt11align_val_t(block, 8, 64))
GIVE(delete_array_sized_aligned, pl_test__ZdaPvmSt11align_val_t(block, 8, 64))
GIVE(delete_aligned_nothrow, pl_test__ZdlPvSt11align_val_tRKSt9nothrow_t(block, 64, ""))
GIVE(delete_array_aligned_nothrow, pl_test__ZdaPvSt11align_val_tRKSt9nothrow_t(block, 64, ""))

static const struct {
	const char *name;
	void (*call)(void *block);
} deletes[] = {
	{"operator delete", pl_test__ZdlPv},
	{"operator delete[]", pl_test__ZdaPv},
	{"operator delete", delete_sized},
	{"operator delete[]", delete_array_sized},
	{"operator delete", delete_nothrow},
	{"operator delete[]", delete_array_nothrow},
	{"operator delete", delete_aligned},
	{"operator delete[]", delete_array_aligned},
	{"operator delete", delete_sized_aligned},
	{"operator delete[]", delete_array_sized_aligned},
	{"operator delete", delete_aligned_nothrow},
	{"operator delete[]", delete_array_aligned_nothrow},
};

TEST(each_form_of_delete_gives_back_keeps_errno_and_can_be_forbidden)
{
	EACH_ROW(i, deletes) {
		void *block = pl_test_aligned_alloc(64, 64);
		uint64_t frees = fake_backend_calls(FAKE_FREE),
			 deallocations = get_stats().deallocations;

		times_judged = 0;
		errno = EDOM;
		pl_request_forbid_free(true);
		pl_phase_lock();
		deletes[i].call(block); /* denied */
		deletes[i].call(NULL);
		pl_phase_unlock();
		pl_request_forbid_free(false);
		assert_int_equal(times_judged, 1);
		assert_string_equal(judged.function, deletes[i].name);
		assert_ptr_equal(judged.old, block);
		assert_int_equal(fake_backend_calls(FAKE_FREE), frees);
		assert_int_equal(get_stats().deallocations, deallocations);

		deletes[i].call(block);
		assert_int_equal(errno, EDOM);
		assert_ptr_equal(fake_backend_last(FAKE_FREE).block, block);
		assert_int_equal(get_stats().deallocations, deallocations + 1);
		deletes[i].call(NULL);
		assert_int_equal(get_stats().deallocations, deallocations + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_of_new_takes_memory_as_it_was_asked_for),
		cmocka_unit_test(
			denied_new_throws_or_returns_null_and_does_not_ask_the_new_handler),
		cmocka_unit_test(new_without_memory_and_without_handler_throws_or_returns_null),
		cmocka_unit_test(new_handler_is_asked_as_long_as_memory_is_short),
		cmocka_unit_test(new_handler_that_takes_itself_away_is_the_end),
		cmocka_unit_test(new_that_is_denied_after_the_handler_asks_no_more),
		cmocka_unit_test(throwing_new_never_returns_null),
		cmocka_unit_test(each_form_of_delete_gives_back_keeps_errno_and_can_be_forbidden),
	};

	return cmocka_run_group_tests_name("interpose_cxx", tests, NULL, NULL);
}
