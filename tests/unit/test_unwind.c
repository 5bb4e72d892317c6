/* SPDX-License-Identifier: MIT */
/*
 * Call stacks, compared with the return addresses that the compiler gives. The behaviour suite
 * shows that unwinding makes no heap request, and passes signal frames and libc's callbacks.
 *
 * shows: PL-034, PL-035 (how a running handler is found), PL-036 (the stack starts at the caller)
 */
#include "stack/unwind.h"

#include "unit.h"

#include <stdlib.h>

#define NOT_INLINED __attribute__((noinline, noclone))
#define STAYS_ON_THE_STACK() __asm__ volatile("" : : : "memory") /* not last: no tail call */

#define CAPACITY 64

static void *frames[CAPACITY];
static unsigned count;
static enum pl_unwind_end end;
static const void *returns_to[3]; /* innermost first */

static NOT_INLINED void inner(unsigned capacity, const void *caller)
{
	returns_to[0] = __builtin_return_address(0);
	count = pl_unwind(frames, capacity, caller != NULL ? caller : returns_to[0], &end);
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void middle(unsigned capacity, const void *caller)
{
	returns_to[1] = __builtin_return_address(0);
	inner(capacity, caller);
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void outer(unsigned capacity, const void *caller)
{
	returns_to[2] = __builtin_return_address(0);
	middle(capacity, caller);
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void recurse(unsigned depth, const void *caller)
{
	if (depth > 0)
		recurse(depth - 1, caller);
	else
		count = pl_unwind(frames, CAPACITY, caller, &end);
	STAYS_ON_THE_STACK();
}

TEST(stack_starts_at_the_caller_and_goes_outwards)
{
	outer(CAPACITY, NULL);
	assert_true(count > 3 && count <= CAPACITY);
	EACH_ROW(i, returns_to)
		assert_ptr_equal(frames[i], returns_to[i]);
}

TEST(stack_ends_at_the_capacity)
{
	for (unsigned capacity = 0; capacity <= 4; capacity++) {
		for (unsigned i = 0; i < CAPACITY; i++)
			frames[i] = &count;
		outer(capacity, NULL);
		assert_int_equal(count, capacity);
		for (unsigned i = 0; i < CAPACITY && i < COUNT_OF(returns_to); i++)
			assert_ptr_equal(frames[i], i < capacity ? returns_to[i] : &count);
		assert_ptr_equal(frames[capacity], &count);
	}
}

TEST(caller_that_is_not_on_the_stack_stands_alone)
{
	static const char nowhere[1];

	outer(CAPACITY, nowhere);
	assert_int_equal(count, 1);
	assert_ptr_equal(frames[0], nowhere);
	outer(0, nowhere);
	assert_int_equal(count, 0);
}

TEST(why_the_stack_ends_is_told)
{
	static const char nowhere[1];

	outer(CAPACITY, NULL);
	assert_int_equal(end, PL_UNWIND_WHOLE);
	outer(2, NULL);
	assert_int_equal(end, PL_UNWIND_FULL);
	outer(CAPACITY, nowhere);
	assert_int_equal(end, PL_UNWIND_NO_TABLE);
}

TEST(frames_between_the_unwinder_and_the_caller_are_left_out)
{
	const void *caller;

	outer(CAPACITY, NULL);
	caller = returns_to[2]; /* in this function: the frames of middle and inner are left out */
	outer(CAPACITY, NULL);
	assert_ptr_not_equal(caller, returns_to[2]); /* another line */
	outer(CAPACITY, returns_to[1]);		     /* in outer, whatever line called that */
	assert_ptr_equal(frames[0], returns_to[1]);
	assert_ptr_equal(frames[1], returns_to[2]);
}

TEST(caller_behind_too_many_frames_is_not_searched_for)
{
	const void *caller = __builtin_return_address(0);

	recurse(1, caller);
	assert_true(count > 1);
	assert_ptr_equal(frames[0], caller);
	recurse(50, caller);
	assert_int_equal(count, 1);
	assert_ptr_equal(frames[0], caller);
}

TEST(without_a_caller_the_whole_stack_is_given)
{
	recurse(5, NULL);
	assert_true(count > 6);
	recurse(2 * CAPACITY, NULL);
	assert_int_equal(count, CAPACITY);
}

/* ---- whether a call is under way ------------------------------------------------------------- */

static bool passes;
static jmp_buf out;

static NOT_INLINED void look(const void *function)
{
	passes = pl_unwind_passes(function);
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void through(void (*inside)(const void *), const void *function)
{
	inside(function);
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void leave(const void *function)
{
	(void)function;
	longjmp(out, 1);
}

static void *address_of(void (*function)(void (*)(const void *), const void *))
{
	return (void *)(uintptr_t)function;
}

static NOT_INLINED void look_from_the_depth(unsigned depth)
{
	if (depth > 0)
		look_from_the_depth(depth - 1);
	else
		look(address_of(through));
	STAYS_ON_THE_STACK();
}

static void look_far_inside(const void *function)
{
	(void)function;
	look_from_the_depth(100);
	STAYS_ON_THE_STACK();
}

static int look_in_callback(const void *a, const void *b)
{
	(void)a;
	(void)b;
	look(address_of(through));
	return 0;
}

static void sort(const void *function)
{
	int numbers[2] = {1, 2};

	(void)function;
	qsort(numbers, 2, sizeof(numbers[0]), look_in_callback);
	STAYS_ON_THE_STACK();
}

TEST(call_that_is_under_way_is_found_from_any_depth)
{
	through(look, address_of(through));
	assert_true(passes);
	through(look_far_inside, NULL);
	assert_true(passes);
	through(sort, NULL);
	assert_true(passes);
}

TEST(call_that_is_over_or_was_left_by_longjmp_is_not_found)
{
	look(address_of(through));
	assert_false(passes);
	if (setjmp(out) == 0)
		through(leave, NULL);
	look(address_of(through));
	assert_false(passes);
	look_from_the_depth(100); /* over what is left of the frame */
	assert_false(passes);
}

/*
 * ---- whether a call is under way, by a mark ---------------------------------------------------
 */

static struct pl_unwind_mark mark;
static enum pl_unwind_found found;

static NOT_INLINED void marked(void (*inside)(void))
{
	volatile uintptr_t word = 0x12345;

	mark = (struct pl_unwind_mark){&word, word};
	inside();
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void find(void)
{
	found = pl_unwind_find(&mark, (void *)(uintptr_t)marked);
	STAYS_ON_THE_STACK();
}

static NOT_INLINED void find_from_the_depth(unsigned depth)
{
	if (depth > 0)
		find_from_the_depth(depth - 1);
	else
		find();
	STAYS_ON_THE_STACK();
}

static void find_far_inside(void)
{
	find_from_the_depth(100);
	STAYS_ON_THE_STACK();
}

static void leave_marked(void)
{
	longjmp(out, 1);
}

TEST(marked_call_that_is_under_way_is_found)
{
	marked(find);
	assert_int_equal(found, PL_UNWIND_FOUND);
	marked(find_far_inside);
	assert_int_equal(found, PL_UNWIND_FOUND);
}

TEST(marked_call_that_is_over_is_gone_from_every_depth)
{
	if (setjmp(out) == 0)
		marked(leave_marked);
	find();
	assert_int_equal(found, PL_UNWIND_GONE);
	if (setjmp(out) == 0)
		marked(leave_marked);
	for (unsigned depth = 0; depth < 50; depth++) {
		find_from_the_depth(depth);
		assert_int_equal(found, PL_UNWIND_GONE);
	}
}

TEST(mark_where_nothing_is_any_more_is_gone)
{
	mark = (struct pl_unwind_mark){(const volatile uintptr_t *)4096, 1};
	find();
	assert_int_equal(found, PL_UNWIND_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stack_starts_at_the_caller_and_goes_outwards),
		cmocka_unit_test(stack_ends_at_the_capacity),
		cmocka_unit_test(caller_that_is_not_on_the_stack_stands_alone),
		cmocka_unit_test(why_the_stack_ends_is_told),
		cmocka_unit_test(frames_between_the_unwinder_and_the_caller_are_left_out),
		cmocka_unit_test(caller_behind_too_many_frames_is_not_searched_for),
		cmocka_unit_test(without_a_caller_the_whole_stack_is_given),
		cmocka_unit_test(call_that_is_under_way_is_found_from_any_depth),
		cmocka_unit_test(call_that_is_over_or_was_left_by_longjmp_is_not_found),
		cmocka_unit_test(marked_call_that_is_under_way_is_found),
		cmocka_unit_test(marked_call_that_is_over_is_gone_from_every_depth),
		cmocka_unit_test(mark_where_nothing_is_any_more_is_gone),
	};

	pl_unwind_start();
	return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
