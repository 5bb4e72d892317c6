/* SPDX-License-Identifier: MIT */
/*
 * A framework that is linked into the program is known by the beginnings of its functions' names:
 * what it allocates for itself inside a block, also by a function of libc, does not count, is not
 * made to fail, and violates no phase. What the code under test asks for counts, though the
 * framework has called it, also from inside of the block, and so does what it asks for through a
 * function that is excepted. With and without a frame around the test.
 *
 * shows: PL-783
 * run: {self}
 * exit: 0
 * stdout:
 * | in no test: 9 asserted, 4 failed, as they should
 * | in a test: 11 asserted, 4 failed, as they should
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION __attribute__((noipa))

static char *volatile sink;
static volatile int depth;
static unsigned told, failed;

static void count(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	told++;
	failed += report->result != PHASELOCK_CHECK_HOLDS;
}

static void go_on(const struct phaselock_check_report *report, void *context)
{
	(void)report;
	(void)context;
}

/* ---- the framework --------------------------------------------------------------------------- */

FUNCTION static void fw_helper(void)
{
	sink = malloc(10);
	free(sink);
	depth = 0;
}

FUNCTION static void fw_expect(void)
{
	fw_helper();
	depth = 0;
}

FUNCTION static void fw_deep(int levels)
{
	if (levels > 0)
		fw_deep(levels - 1);
	else
		fw_helper();
	depth = levels;
}

FUNCTION static void fw_test_malloc(void)
{
	fw_helper();
	depth = 0;
}

FUNCTION static void fw_run(void (*test)(void))
{
	test();
	depth = 0;
}

/* By a function of libc. */
FUNCTION static void fw_copy(void)
{
	sink = strdup("text");
	free(sink);
	depth = 0;
}

FUNCTION static void fw_invoke(void (*action)(void))
{
	fw_helper();
	action();
	depth = 0;
}

/* ---- the test -------------------------------------------------------------------------------- */

FUNCTION static void parse(void)
{
	sink = malloc(5);
	free(sink);
	depth = 0;
}

FUNCTION static void *on_a_thread(void *argument)
{
	parse();
	return argument;
}

FUNCTION static void in_block(void)
{
	pthread_t thread;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		fw_expect();
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		fw_deep(3);
	}
	PHASELOCK_ASSERT_NO_DEALLOCATIONS {
		fw_expect();
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		fw_copy();
	}
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(1) {
		fw_invoke(parse);
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		parse();
	} /* fails */
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(1) {
		fw_expect();
		sink = malloc(2);
		free(sink);
		fw_expect();
		PHASELOCK_ASSERT_NO_ALLOCATIONS {
			fw_test_malloc();
		} /* fails, and is the second one of this block, which fails, too */
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
		pthread_create(&thread, NULL, on_a_thread, NULL);
		pthread_join(thread, NULL);
	} /* fails */
}

FUNCTION static void fw_frame(void)
{
	phaselock_test_begin("framed");
	fw_run(in_block);
	lock_allocations();
	fw_expect(); /* no violation, or it would end here */
	unlock_allocations();
	phaselock_fail_nth(1);
	fw_expect();
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		depth = phaselock_nth_failed() ? 0 : 1;
	}
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(depth == 0 ? 0 : 1) {
		parse();
	}
	if (!phaselock_nth_failed())
		puts("the request of the test did not fail");
	phaselock_test_returned();
	phaselock_test_end();
}

static void report(const char *where)
{
	printf("%s: %u asserted, %u failed, as they should\n", where, told, failed);
	fflush(stdout);
	told = failed = 0;
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	phaselock_on_check(count, NULL);
	phaselock_on_failure(go_on, NULL);
	phaselock_checks_ignore("libnothere fw_*", "fw_test_");
	fw_run(in_block);
	report("in no test");
	fw_frame();
	report("in a test");
	return 0;
}
