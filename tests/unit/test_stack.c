/* SPDX-License-Identifier: MIT */
/*
 * Which words of a stack may be read, and where a walk may go.
 *
 * shows: PL-521 PL-522
 */
#define _GNU_SOURCE
#include "stack/stack.h"

#include "common/os.h"
#include "threads.h"
#include "unit.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)

static uintptr_t here(void)
{
	return (uintptr_t)__builtin_frame_address(0);
}

/* Three pages; only the middle one can be read. */
static uintptr_t map_page(void)
{
	char *memory = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(mprotect(memory + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	return (uintptr_t)memory + PAGE;
}

TEST(what_can_be_read_is_told_without_a_fault_and_the_mask_is_kept)
{
	uintptr_t page = map_page();
	sigset_t before, after;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_true(pl_os_is_readable((void *)page));
	assert_true(pl_os_is_readable((void *)(page + PAGE - 8)));
	assert_false(pl_os_is_readable((void *)(page - PAGE)));
	assert_false(pl_os_is_readable((void *)(page + PAGE)));
	assert_false(pl_os_is_readable(NULL));
	assert_false(pl_os_is_readable((void *)0xdeaddeaddead0000));
	assert_false(pl_os_is_readable((void *)0xfffffffffffff000));
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_memory_equal(&before, &after, sizeof(uint64_t)); /* what the kernel has */
}

static void assert_own_stack_is_known(void)
{
	struct pl_stack stack;
	volatile uintptr_t value = 42;
	uintptr_t word = 0;

	pl_stack_begin(&stack, (uintptr_t)&value);
	assert_true(pl_stack_is_own(&stack, (uintptr_t)&value));
	assert_true(pl_stack_read(&stack, (uintptr_t)&value, &word));
	assert_int_equal(word, 42);
	assert_int_equal(stack.pages[0], 0); /* the kernel was not asked */
	assert_true(stack.own_end - (uintptr_t)&value < (size_t)64 << 20);
}

TEST(stack_of_the_first_thread_is_known)
{
	assert_own_stack_is_known();
}

static void *look_at_own_stack(void *unused)
{
	assert_own_stack_is_known();
	return unused;
}

TEST(stacks_of_other_threads_are_known)
{
	static char memory[1 << 22] __attribute__((aligned(4096)));
	pthread_attr_t attributes;
	pthread_t thread;

	thread_end(thread_start(look_at_own_stack, NULL));
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, memory, sizeof(memory));
	assert_int_equal(pthread_create(&thread, &attributes, look_at_own_stack, NULL), 0);
	pthread_join(thread, NULL);
}

TEST(word_is_read_if_it_is_there)
{
	uintptr_t page = map_page(), word;
	struct pl_stack stack;

	*(uintptr_t *)(page + PAGE - 8) = 7;
	pl_stack_begin(&stack, here());
	assert_true(pl_stack_read(&stack, page, &word));
	assert_true(pl_stack_read(&stack, page + PAGE - 8, &word));
	assert_int_equal(word, 7);
	assert_false(pl_stack_read(&stack, page + PAGE, &word));
	assert_false(pl_stack_read(&stack, page - 8, &word));
	assert_false(pl_stack_read(&stack, page + PAGE - 4, &word)); /* of two pages */
	for (volatile uintptr_t nowhere = 0; nowhere < 4096; nowhere += 8)
		assert_false(pl_stack_read(&stack, nowhere, &word));
}

TEST(walk_goes_one_way_and_from_the_own_stack_nowhere_but_behind_a_signal)
{
	uintptr_t page = map_page(), own = here() & ~(uintptr_t)7;
	struct pl_stack stack;

	pl_stack_begin(&stack, own);
	assert_true(pl_stack_may_go(&stack, own, own + 8, false));
	assert_false(pl_stack_may_go(&stack, own, own, false));
	assert_false(pl_stack_may_go(&stack, own, own - 8, false));
	assert_false(pl_stack_may_go(&stack, own, own + 4, false));
	assert_true(pl_stack_may_go(&stack, own, stack.own_end, false));
	assert_false(pl_stack_may_go(&stack, own, stack.own_end + 8, false));
	assert_false(pl_stack_may_go(&stack, own, page, false));
	assert_true(pl_stack_may_go(&stack, own, page, true));
	assert_false(pl_stack_may_go(&stack, own, page + PAGE, true)); /* there is nothing */

	pl_stack_begin(&stack, page);
	assert_true(pl_stack_may_go(&stack, page, page + 8, false));
	assert_false(pl_stack_may_go(&stack, page + 8, page, false));
	assert_true(pl_stack_may_go(&stack, page + 8, page, true));
	assert_true(pl_stack_may_go(&stack, page, own, false)); /* back on its own */
}

TEST(walk_that_changes_stacks_for_ever_ends)
{
	uintptr_t page = map_page();
	struct pl_stack stack;
	unsigned changes = 0;

	pl_stack_begin(&stack, page);
	while (pl_stack_may_go(&stack, page + 8, page, true))
		assert_true(++changes < 1000);
	assert_true(changes > 16);
}

TEST(addresses_with_a_hole_between_them_are_on_no_stack_together)
{
	uintptr_t page = map_page(), own = here();
	struct pl_stack stack;

	pl_stack_begin(&stack, own);
	assert_true(pl_stack_joins(&stack, own, own + 64));
	assert_false(pl_stack_joins(&stack, own + 64, own));
	assert_true(pl_stack_joins(&stack, page, page + PAGE - 8));
	assert_false(pl_stack_joins(&stack, page, page + 2 * PAGE));
	assert_false(pl_stack_joins(&stack, page - PAGE, page));
	assert_false(pl_stack_joins(&stack, page, own));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_read_is_told_without_a_fault_and_the_mask_is_kept),
		cmocka_unit_test(stack_of_the_first_thread_is_known),
		cmocka_unit_test(stacks_of_other_threads_are_known),
		cmocka_unit_test(word_is_read_if_it_is_there),
		cmocka_unit_test(
			walk_goes_one_way_and_from_the_own_stack_nowhere_but_behind_a_signal),
		cmocka_unit_test(walk_that_changes_stacks_for_ever_ends),
		cmocka_unit_test(addresses_with_a_hole_between_them_are_on_no_stack_together),
	};

	pl_stack_start();
	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
