/* SPDX-License-Identifier: MIT */
/*
 * An assertion that has seen nothing, or not all, never holds: it fails and says why.
 *
 * shows: PL-303
 * run: {self} permit
 * exit: 1
 * stdout:
 * | asserted no allocations: nothing was checked: it is begun inside a permit scope of its thread, whose requests do not count
 *
 * run: {self} permit_anywhere
 * exit: 1
 * stdout:
 * | asserted no allocations anywhere: nothing was checked: it is begun inside a permit scope of its thread, whose requests do not count
 *
 * run: {self} jump_to_outer_block
 * exit: 1
 * stdout:
 * | asserted no leak: its block was left by longjmp(), so nothing was judged
 *
 * run: {self} jump_out
 * exit: 1
 * stdout:
 * | asserted no allocations: its block was left by longjmp(), so nothing was judged
 *
 * run: {self} jump_and_abandon
 * exit: 0
 *
 * run: {self} thread_ends
 * exit: 1
 * stdout:
 * | asserted no deallocations: its thread ended inside its block, so nothing was judged
 *
 * run: {self} thread_ends_in_test
 * exit: 1
 * stdout:
 * | on another thread: asserted no deallocations: its thread ended inside its block, so nothing was judged
 *
 * run: {self} end_on_another_thread
 * exit: 1
 * stdout:
 * | asserted no allocations: its block was begun on another thread, so nothing was judged
 *
 * run: {self} end_of_process_on_another_thread
 * exit: 1
 * stdout:
 * | asserted no allocations anywhere: its block was begun on another thread, so nothing was judged
 *
 * run: {self} watch_is_ended
 * exit: 1
 * stdout:
 * | asserted no allocations: not all was seen: its watch was ended inside its block
 *
 * run: {self} ledger_is_full
 * exit: 1
 * stdout:
 * | asserted no leak: more than 8192 blocks were alive at once, more than can be followed
 *
 * run: {self} ledger_is_just_full
 * exit: 0
 *
 * run: {self} negative
 * exit: 1
 * stdout:
 * | asserted at most -1 allocations: its limit is negative
 *
 * run: {self} exit_inside
 * exit: SIGABRT
 * stderr:
 * | {any}/what_cannot_be_judged_fails.c:{number}: asserted no allocations: the program ended inside the block
 *
 * run: {self} exit_of_child_inside
 * exit: 0
 *
 * run: {self} abandoned_inside
 * exit: SIGABRT
 * stderr:
 * | phaselock: an assertion was given up, by phaselock_checks_abandon() or the end of its test, before the end of its block
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <phaselock/watch.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile block;
static int failures;

static void failed(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	failures++;
	printf("%.*s\n", (int)strcspn(report->message, "\n"), report->message);
}

static void on_thread(void *(*run)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, argument) != 0 || pthread_join(thread, NULL) != 0)
		abort();
}

static void permit(void)
{
	PHASELOCK_PERMIT_SCOPE;
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		block = malloc(1);
	}
}

static void permit_anywhere(void)
{
	PHASELOCK_PERMIT_SCOPE;
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
		block = malloc(1);
	}
}

static jmp_buf back;

static void jump_to_outer_block(void)
{
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) {
		if (setjmp(back) == 0)
			PHASELOCK_ASSERT_NO_LEAK {
				block = malloc(1);
				longjmp(back, 1);
			}
	}
}

static void jump(void)
{
	if (setjmp(back) != 0)
		return;
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		block = malloc(1);
		longjmp(back, 1);
	}
}

static void jump_out(void)
{
	phaselock_test_begin("test");
	jump();
	phaselock_test_returned();
	phaselock_test_end();
}

static void jump_and_abandon(void)
{
	phaselock_test_begin("test");
	jump();
	phaselock_checks_abandon();
	phaselock_test_returned();
	phaselock_test_end();
}

static void *end_in_block(void *argument)
{
	PHASELOCK_ASSERT_NO_DEALLOCATIONS {
		pthread_exit(argument);
	}
	return NULL;
}

static void thread_ends(void)
{
	on_thread(end_in_block, NULL);
}

static void thread_ends_in_test(void)
{
	phaselock_test_begin("test");
	on_thread(end_in_block, NULL);
	phaselock_test_returned();
	phaselock_test_end();
}

static void *end_check(void *check)
{
	phaselock_check_end(check);
	return NULL;
}

static void end_on_another(enum phaselock_check_scope scope, const char *name)
{
	static struct phaselock_check *check;
	struct phaselock_check_spec spec = {.scope = scope, .name = name, .file = __FILE__};

	check = phaselock_check_begin(&spec);
	on_thread(end_check, &check);
}

static void end_on_another_thread(void)
{
	end_on_another(PHASELOCK_THIS_THREAD, "no allocations");
}

static void end_of_process_on_another_thread(void)
{
	end_on_another(PHASELOCK_PROCESS, "no allocations anywhere");
}

static enum phaselock_answer hear_nothing(const struct phaselock_event *event, void *context)
{
	(void)event;
	(void)context;
	return PHASELOCK_GO_ON;
}

static void watch_is_ended(void)
{
	struct phaselock_watch outer = {.watcher = hear_nothing};

	phaselock_watch_begin(&outer);
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		phaselock_watch_end(&outer); /* and those that were begun after it */
		block = malloc(1);
	}
}

static void *blocks[8193];

static void fill_ledger(size_t count)
{
	PHASELOCK_ASSERT_NO_LEAK {
		for (size_t i = 0; i < count; i++)
			blocks[i] = malloc(i);
		for (size_t i = 0; i < count; i++)
			free(blocks[i]);
	}
}

static void ledger_is_full(void)
{
	fill_ledger(8193);
}

static void ledger_is_just_full(void)
{
	fill_ledger(8192);
	fill_ledger(8192);
}

static void negative(void)
{
	uint64_t limit = 0;

	limit--;
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(limit) {
		block = malloc(1);
	}
}

static void exit_inside(void)
{
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		block = malloc(1);
		exit(0);
	}
}

static void exit_of_child_inside(void)
{
	int status = -1;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		if (fork() == 0)
			exit(0);
		wait(&status);
	}
	failures += status != 0;
}

static void abandoned_inside(void)
{
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		phaselock_checks_abandon();
	}
}

#define CASE(name)                                                                                 \
	{                                                                                          \
#name, name                                                                        \
	}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	CASE(permit),
	CASE(permit_anywhere),
	CASE(jump_to_outer_block),
	CASE(jump_out),
	CASE(jump_and_abandon),
	CASE(thread_ends),
	CASE(thread_ends_in_test),
	CASE(end_on_another_thread),
	CASE(end_of_process_on_another_thread),
	CASE(watch_is_ended),
	CASE(ledger_is_full),
	CASE(ledger_is_just_full),
	CASE(negative),
	CASE(exit_inside),
	CASE(exit_of_child_inside),
	CASE(abandoned_inside),
};

int main(int count, char **arguments)
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL || count != 2)
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	phaselock_on_failure(failed, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(cases[i].name, arguments[1]) == 0) {
			cases[i].run();
			return failures;
		}
	return 3;
}
