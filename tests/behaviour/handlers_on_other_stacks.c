/* SPDX-License-Identifier: MIT */
/*
 * The library recognizes a violation inside the handler wherever it is made: a hundred thousand
 * frames deep, in a signal handler on an alternate stack that interrupts the handler, and on a
 * stack of its own. A handler that left by longjmp() from a stack that has been unmapped since is
 * called again.
 *
 * shows: PL-034 PL-035 PL-525
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:frames=32
 * run: timeout -s KILL 20 {self} {where}
 * each: where deep alternate unmapped
 * exit: 0
 * stderr:
 * | phaselock: {number} violation{any} at {number} site{any}, by count:
 * | phaselock:   and {number} site{any} more (max_reports=0)
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define STACK_SIZE ((size_t)64 << 10)
#define DEPTH 60000

static void (*inside)(void);
static int calls, denied;
static jmp_buf out;

static enum phaselock_verdict handle(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	CHECK(++calls < 100);
	inside();
	return PHASELOCK_ALLOW;
}

static FRAME void request(void)
{
	void *block = opaque(malloc(10));

	denied += block == NULL;
	free(block);
}

static FRAME void go_down(void (*function)(void), int depth)
{
	if (depth > 0)
		go_down(function, depth - 1);
	else
		function();
	opaque(NULL);
}

static void request_deep(void)
{
	go_down(request, DEPTH / 2);
}

static void on_signal(int signal)
{
	(void)signal;
	request();
	opaque(NULL);
}

static void request_by_signal(void)
{
	raise(SIGUSR1);
}

static void leave(void)
{
	longjmp(out, 1);
}

static void leave_stack_that_goes(void)
{
	char *memory =
		mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static ucontext_t here, there;

	CHECK(memory != MAP_FAILED);
	inside = leave;
	if (setjmp(out) == 0) {
		CHECK_EQUAL(getcontext(&there), 0);
		there.uc_stack.ss_sp = memory;
		there.uc_stack.ss_size = STACK_SIZE;
		makecontext(&there, request, 0);
		CHECK_EQUAL(swapcontext(&here, &there), 0);
	}
	CHECK_EQUAL(munmap(memory, STACK_SIZE), 0);
	CHECK_EQUAL(calls, 1);
	if (setjmp(out) == 0)
		request();
	CHECK_EQUAL(calls, 2);
	CHECK_EQUAL(denied, 0);
}

int main(int argc, char **argv)
{
	static char memory[STACK_SIZE];
	const stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};

	require_armed();
	CHECK(argc > 1);
	CHECK_EQUAL(sigaltstack(&stack, NULL), 0);
	CHECK_EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
	phaselock_set_handler(handle, NULL);
	lock_allocations();
	inside = request_by_signal;
	if (strcmp(argv[1], "unmapped") == 0) {
		leave_stack_that_goes();
		return 0;
	}
	if (strcmp(argv[1], "deep") == 0)
		inside = request_deep;
	for (int i = 1; i <= 3; i++) {
		go_down(request, DEPTH / 2);
		CHECK_EQUAL(calls, i);
		CHECK_EQUAL(denied, i); /* the one inside the handler */
	}
	return 0;
}
