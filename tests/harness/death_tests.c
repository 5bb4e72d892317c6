/* SPDX-License-Identifier: MIT */
/*
 * A block that must abort on an allocation runs in a child alone. The assertion holds whatever the
 * phase, the policy, the handlers and the other assertions are; the report of the child is not
 * seen, and what the parent has not written yet is not written twice. `phaselock run` does not
 * count the violations of the children, but those of the parent.
 *
 * shows: PL-320 PL-321 PL-324
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 *
 * run: {self}
 * exit: 0
 * stdout:
 * | {any}1..10
 * | ok 1 - aborts
 * | ok 2 - aborts_as_said
 * | ok 3 - parent_does_not_run_the_block
 * | ok 4 - aborts_in_locked_phase
 * | ok 5 - aborts_under_other_policy
 * | ok 6 - aborts_under_handler_of_sigabrt
 * | ok 7 - aborts_inside_other_assertions
 * | ok 8 - aborts_in_child_of_child
 * | ok 9 - aborts_beside_threads
 * | held back ok 10 - stdio_is_written_once
 * | # ok - tests
 * | end of process
 *
 * run: {build}/phaselock run -- {self}
 * exit: 0
 * stdout:
 * | {lines}
 * | end of process
 * stderr:
 * | phaselock run: armed: every entry point comes to the library
 * | phaselock run: init: {any}
 * | phaselock run: locked: {any}
 * | phaselock run: PASS: 63 heap assertions held
 *
 * run: {build}/phaselock run --live -- {self} violate
 * exit: 99
 * stdout:
 * | {lines}
 * | end of process
 * stderr:
 * | phaselock: violation: malloc(1) while allocations are locked
 * | {lines}
 * | phaselock run: FAIL: 1 violation
 *
 * run: sh -c "{self} >/dev/null && test ! -s {tmp}/reports && echo no report"
 * environment: PHASELOCK_OPTIONS=report={tmp}/reports
 * exit: 0
 * stdout:
 * | no report
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char *volatile sink;

void allocate_in_site(size_t size);

__attribute__((noinline)) void allocate_in_site(size_t size)
{
	sink = malloc(size);
}

static void aborts(void **state)
{
	(void)state;
	assert_aborts_on_allocation {
		sink = strdup("x");
	}
}

static void aborts_as_said(void **state)
{
	(void)state;
	assert_aborts_on_allocation_of("malloc", 24, "allocate_in_site") {
		allocate_in_site(24);
	}
	assert_aborts_on_allocation_of("calloc", PHASELOCK_ANY_SIZE, NULL) {
		sink = calloc(3, 5);
	}
}

static void parent_does_not_run_the_block(void **state)
{
	volatile int runs = 0;
	pid_t parent = getpid();

	(void)state;
	assert_aborts_on_allocation {
		runs++;
		if (getpid() == parent)
			_exit(9);
		sink = malloc(1);
	}
	assert_int_equal(runs, 0);
}

static void aborts_in_locked_phase(void **state)
{
	(void)state;
	lock_allocations();
	assert_aborts_on_allocation {
		sink = malloc(1);
	}
	unlock_allocations();
}

static enum phaselock_verdict allow(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_ALLOW;
}

static void aborts_under_other_policy(void **state)
{
	(void)state;
	phaselock_set_policy(PHASELOCK_DENY);
	phaselock_set_handler(allow, NULL);
	assert_aborts_on_allocation {
		sink = malloc(1);
	}
	phaselock_set_handler(NULL, NULL);
	phaselock_set_policy(PHASELOCK_ABORT);
}

static void end_quietly(int number)
{
	(void)number;
	_exit(0);
}

static void aborts_under_handler_of_sigabrt(void **state)
{
	sigset_t abort_set, before;

	(void)state;
	signal(SIGABRT, end_quietly);
	sigemptyset(&abort_set);
	sigaddset(&abort_set, SIGABRT);
	sigprocmask(SIG_BLOCK, &abort_set, &before);
	assert_aborts_on_allocation {
		sink = malloc(1);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGABRT, SIG_DFL);
}

static void aborts_inside_other_assertions(void **state)
{
	(void)state;
	assert_no_allocations_anywhere {
		assert_no_allocations {
			assert_aborts_on_allocation {
				sink = malloc(1);
			}
		}
	}
}

static void aborts_in_child_of_child(void **state)
{
	(void)state;
	assert_aborts_on_allocation_of("malloc", 2, NULL) {
		assert_aborts_on_allocation_of("malloc", 1, NULL) {
			sink = malloc(1);
		}
		sink = malloc(2);
	}
}

static volatile bool over;

static void *allocate_until_over(void *unused)
{
	(void)unused;
	while (!over) {
		char *volatile block = malloc(100);

		free(block);
	}
	return NULL;
}

/*
 * They hold the locks of a process-wide ledger, of the allocator and of the registry at the fork.
 */
static void aborts_beside_threads(void **state)
{
	pthread_t threads[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, allocate_until_over, NULL), 0);
	assert_max_allocations_anywhere(INT64_MAX) {
		for (int i = 0; i < 50; i++) {
			assert_aborts_on_allocation {
				sink = malloc(1);
			}
		}
	}
	over = true;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void stdio_is_written_once(void **state)
{
	char text[64] = "";
	FILE *log = tmpfile();

	(void)state;
	printf("held back ");
	assert_non_null(log);
	fputs("of parent, ", log);
	assert_aborts_on_allocation {
		printf("never seen");
		fflush(stdout);
		fputs("of child", log);
		fflush(log);
		sink = malloc(1);
	}
	rewind(log);
	assert_non_null(fgets(text, sizeof(text), log));
	fclose(log);
	assert_string_equal(text, "of parent, of child");
}

static void at_end(void)
{
	puts("end of process");
}

int main(int count, char **words)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aborts),
		cmocka_unit_test(aborts_as_said),
		cmocka_unit_test(parent_does_not_run_the_block),
		cmocka_unit_test(aborts_in_locked_phase),
		cmocka_unit_test(aborts_under_other_policy),
		cmocka_unit_test(aborts_under_handler_of_sigabrt),
		cmocka_unit_test(aborts_inside_other_assertions),
		cmocka_unit_test(aborts_in_child_of_child),
		cmocka_unit_test(aborts_beside_threads),
		cmocka_unit_test(stdio_is_written_once),
	};

	(void)words;
	atexit(at_end);
	setvbuf(stdout, NULL, _IOFBF, 4096);
	if (count > 1) {
		phaselock_set_policy(PHASELOCK_ALLOW);
		lock_allocations();
		sink = malloc(1);
		unlock_allocations();
		phaselock_set_policy(PHASELOCK_ABORT);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
