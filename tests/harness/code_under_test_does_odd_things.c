/* SPDX-License-Identifier: MIT */
/*
 * What code under test may do inside a block without hiding a request from the assertion, or being
 * harmed by it: allocate in a signal handler, also in one that comes in the middle of a request,
 * leave a handler by siglongjmp(), fork() and vfork() while other threads allocate, lock and unlock
 * the heap, set a policy and a handler.
 *
 * shows: PL-310 PL-311
 * run: {self}
 * environment: PHASELOCK_OPTIONS=policy=abort
 * exit: 0
 * stderr:
 * | {lines}
 * stdout:
 * | {lines}
 *
 * run: {build}/phaselock run --policy=abort -- {self}
 * exit: 0
 * stderr:
 * | {lines}
 * stdout:
 * | {lines}
 */
#define _GNU_SOURCE
#include <phaselock/cmocka.h>
#include <phaselock/watch.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;
static volatile unsigned handled;
static sigjmp_buf back;
static bool jumps;

static void on_signal(int number)
{
	(void)number;
	free(malloc(1));
	handled++;
	if (jumps)
		siglongjmp(back, 1);
}

static void handle(int number)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(number, &action, NULL);
	handled = 0;
}

static void handler_allocates(void **state)
{
	(void)state;
	handle(SIGUSR1);
	assert_exact_allocations(1) {
		raise(SIGUSR1);
	}
}

static uint64_t counted;

static void note(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	counted = report->allocations;
}

/* The request of every signal is counted, wherever in the block's own requests it comes. */
static void storm_of_handlers_is_counted_exactly(void **state)
{
	const struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};

	(void)state;
	handle(SIGALRM);
	phaselock_on_check(note, NULL);
	assert_max_allocations(1000000) {
		setitimer(ITIMER_REAL, &often, NULL);
		for (unsigned i = 0; i < 20000; i++)
			free(malloc(2));
		setitimer(ITIMER_REAL, &never, NULL);
	}
	phaselock_on_check(NULL, NULL);
	assert_true(handled > 0);
	assert_int_equal(counted, 20000 + handled);
}

/* The allocator does not bear a jump out of it: these requests end before it. */
static enum phaselock_answer fail_it(const struct phaselock_event *event, void *context)
{
	(void)event;
	(void)context;
	return PHASELOCK_FAIL;
}

/* The handler mostly comes while a watcher runs, and leaves; what comes after it is seen. */
static void handler_jumps_out_of_requests(void **state)
{
	static volatile unsigned i;
	const struct itimerval soon = {{0, 0}, {0, 150}};
	struct phaselock_watch failing = {.watcher = fail_it};

	(void)state;
	handle(SIGALRM);
	jumps = true;
	for (i = 0; i < 300; i++) {
		assert_max_allocations(1000000) {
			if (sigsetjmp(back, 1) == 0) {
				phaselock_watch_begin(&failing);
				setitimer(ITIMER_REAL, &soon, NULL);
				for (;;)
					sink = malloc(1);
			}
			phaselock_watch_end(&failing);
			assert_exact_allocations(1) {
				free(malloc(40));
			}
		}
	}
	jumps = false;
}

/* ---- processes ------------------------------------------------------------------------------- */

static atomic_bool stop;

static void *allocate(void *unused)
{
	while (!stop)
		free(malloc(50));
	return unused;
}

static void fork_among_threads_that_are_watched(void **state)
{
	pthread_t threads[2];
	unsigned good = 0;

	(void)state;
	stop = false;
	for (unsigned i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, allocate, NULL);
	assert_max_allocations_anywhere(1000000000) {
		for (unsigned i = 0; i < 200; i++) {
			int status = -1;
			pid_t child = fork();

			if (child == 0) {
				sink = malloc(3);
				free(sink);
				_exit(7);
			}
			waitpid(child, &status, 0);
			good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
		}
	}
	stop = true;
	for (unsigned i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(good, 200);
}

static void requests_of_children_are_not_the_parents(void **state)
{
	int status = -1;

	(void)state;
	assert_no_allocations {
		if (fork() == 0) {
			sink = malloc(3);
			_exit(0);
		}
		wait(&status);
	}
	assert_int_equal(status, 0);
	assert_exact_allocations(1) /* of vfork() they are: it is the same memory */
	{
		if (vfork() == 0) {
			sink = malloc(3);
			_exit(0);
		}
		wait(&status);
	}
}

/* ---- phase, policy, handler ------------------------------------------------------------------ */

static enum phaselock_verdict forbid(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	return PHASELOCK_ABORT;
}

static void phase_changes_inside(void **state)
{
	(void)state;
	assert_exact_allocations_anywhere(3) {
		sink = malloc(1);
		lock_allocations();
		sink = malloc(2);
		unlock_allocations();
		sink = malloc(3);
	}
	assert_exact_allocations(2) {
		lock_allocations();
		sink = malloc(2);
		unlock_allocations();
		sink = malloc(3);
	}
	assert_violation {
		lock_allocations();
		sink = malloc(4);
		unlock_allocations();
	}
}

static void policy_and_handler_do_not_decide(void **state)
{
	(void)state;
	phaselock_set_handler(forbid, NULL);
	lock_allocations();
	assert_exact_allocations(1) {
		phaselock_set_policy(PHASELOCK_ABORT);
		sink = malloc(2);
	}
	unlock_allocations();
	phaselock_set_handler(NULL, NULL);
	assert_non_null(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_allocates),
		cmocka_unit_test(storm_of_handlers_is_counted_exactly),
		cmocka_unit_test(handler_jumps_out_of_requests),
		cmocka_unit_test(fork_among_threads_that_are_watched),
		cmocka_unit_test(requests_of_children_are_not_the_parents),
		cmocka_unit_test(phase_changes_inside),
		cmocka_unit_test(policy_and_handler_do_not_decide),
	};

	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
