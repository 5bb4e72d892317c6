/* SPDX-License-Identifier: MIT */
/*
 * Whether a thread is on its way out, for a signal that comes between two calls of the C library's
 * function that began it: the one moment at which nothing is called.
 *
 * shows: PL-558
 */
#define _GNU_SOURCE
#include "thread/ending.h"

#include "child.h"
#include "stepping.h"
#include "threads.h"

#include <pthread.h>

static uintptr_t outermost; /* the stack pointer of who called the thread's function */
static bool was_interrupted, said_ending;
static pthread_key_t at_end;

static void step(int number, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	if ((uintptr_t)interrupted->uc_mcontext.gregs[REG_RSP] != outermost)
		return;
	was_interrupted = true;
	said_ending = pl_ending();
	stepping_clear_flag(number, info, context);
}

static void begin_steps(void *unused)
{
	(void)unused;
	stepping_begin();
}

static void *live(void *unused)
{
	outermost = (uintptr_t)__builtin_dwarf_cfa();
	CHECK(!pl_ending());
	CHECK_EQUAL(pthread_setspecific(at_end, &at_end), 0);
	return unused;
}

static void end_in_steps(void)
{
	const struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};

	CHECK(stepping_prepare(NULL));
	CHECK_EQUAL(sigaction(SIGTRAP, &action, NULL), 0);
	CHECK_EQUAL(pthread_key_create(&at_end, begin_steps), 0);
	thread_end(thread_start(live, NULL));
	CHECK(was_interrupted);
	CHECK(said_ending);
}

TEST(thread_is_ending_when_a_signal_interrupts_the_c_library_between_two_calls)
{
	if (THREAD_SANITIZED || ADDRESS_SANITIZED)
		skip();
	child_passes(end_in_steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			thread_is_ending_when_a_signal_interrupts_the_c_library_between_two_calls),
	};

	return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
