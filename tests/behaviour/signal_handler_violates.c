/* SPDX-License-Identifier: MIT */
/*
 * A request in a signal handler while the heap is locked is one violation, whatever the handler
 * interrupted (plain code, a violation handler, itself by SA_NODEFER, a fault), and also when
 * siglongjmp() leaves it. None is lost, none is counted twice, and nothing waits.
 *
 * shows: PL-124
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: {self} {KIND}
 * each: KIND=FOUND=MORE "raise=1 violation at 1 site=1 site" "handler=2 violations at 2 sites=2
 *     sites"
 *     "nodefer=5 violations at 5 sites=5 sites" "fault=1 violation at 1 site=1 site"
 *     "jump=3 violations at 1 site=1 site"
 * exit: 0
 * stderr:
 * | phaselock: {FOUND}, by count:
 * | phaselock:   and {MORE} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

#define DEPTH 5
#define JUMPS 3

static sigjmp_buf back;
static volatile sig_atomic_t depth, handler_calls;
static volatile int *volatile nowhere;

static void install(int signal, void (*function)(int), int flags)
{
	struct sigaction action = {.sa_handler = function, .sa_flags = flags};

	CHECK_EQUAL(sigaction(signal, &action, NULL), 0);
}

static void allocate(int signal)
{
	(void)signal;
	CHECK(opaque(malloc(10)) == NULL);
}

static void by_raise(void)
{
	install(SIGUSR1, allocate, 0);
	raise(SIGUSR1);
}

static enum phaselock_verdict raise_in_handler(const struct phaselock_violation *violation,
					       void *unused)
{
	(void)violation;
	(void)unused;
	handler_calls++;
	raise(SIGUSR1);
	return PHASELOCK_DENY;
}

static void by_handler(void)
{
	install(SIGUSR1, allocate, 0);
	phaselock_set_handler(raise_in_handler, NULL);
	CHECK(opaque(malloc(20)) == NULL);
	CHECK_EQUAL(handler_calls, 1);
}

static void allocate_deeper(int signal)
{
	depth++;
	CHECK(opaque(malloc(10)) == NULL);
	if (depth < DEPTH)
		raise(signal);
	CHECK(depth == DEPTH);
}

static void by_nodefer(void)
{
	install(SIGUSR1, allocate_deeper, SA_NODEFER);
	raise(SIGUSR1);
}

static void allocate_and_jump(int signal)
{
	allocate(signal);
	siglongjmp(back, 1);
}

static void by_fault(void)
{
	install(SIGSEGV, allocate_and_jump, 0);
	if (sigsetjmp(back, 1) == 0)
		*nowhere = 1;
}

static void by_jump(void)
{
	install(SIGUSR1, allocate_and_jump, 0);
	for (volatile int i = 0; i < JUMPS; i++)
		if (sigsetjmp(back, 1) == 0)
			raise(SIGUSR1);
}

static const struct {
	const char *name;
	void (*run)(void);
	uint64_t violations;
} kinds[] = {
	{"raise", by_raise, 1}, {"handler", by_handler, 2}, {"nodefer", by_nodefer, DEPTH},
	{"fault", by_fault, 1}, {"jump", by_jump, JUMPS},
};

int main(int argc, char **argv)
{
	struct phaselock_stats did;

	require_armed();
	CHECK(argc > 1);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct phaselock_stats begin = thread_stats();

		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		lock_allocations();
		kinds[i].run();
		unlock_allocations();
		did = thread_stats_since(&begin);
		CHECK_EQUAL(did.locked_attempts, kinds[i].violations);
		free(opaque(malloc(1))); /* and the thread works on */
		did = thread_stats_since(&begin);
		CHECK_EQUAL(did.allocations, 1);
		return 0;
	}
	return 1;
}
