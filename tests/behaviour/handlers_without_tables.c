/* SPDX-License-Identifier: MIT */
/*
 * A handler that requests memory is not called inside itself, and requests of a handler of SIGABRT
 * while the process ends are served, even if their code has no unwind tables, so that the stack
 * does not show it: at any depth, and on an alternate stack. A handler that left by longjmp() is
 * called at the next violation, also deeper in such code.
 *
 * shows: PL-034 PL-035 PL-525
 * needs: gcc
 * run: sh -c 'gcc -O2 -shared -fPIC -fno-asynchronous-unwind-tables -fno-unwind-tables
 *     {source}/tests/behaviour/parts/without_tables.c -o part.so && exec timeout -s KILL 10 {self}
 *     {kind}'
 * each: kind handler deep
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=3
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(20) while allocations are locked
 * |   thread {number} "{any}", 1st time at this site, inside the violation handler
 * |     #0 request+{hex} {any}
 * |     #1 {any}part.so{any}
 * |     (the stack cannot be read further: no unwind table)
 * |   locked {any}
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "{any}", 1st time at this site
 * | {details}
 * | phaselock: allowed (handler)
 * | phaselock: 2 violations at 2 sites, by count:
 * | {lines}
 * run: sh -c 'gcc -O2 -shared -fPIC -fno-asynchronous-unwind-tables -fno-unwind-tables
 *     {source}/tests/behaviour/parts/without_tables.c -o part.so && exec timeout -s KILL 10 {self}
 *     leaves'
 * environment: PHASELOCK_OPTIONS=policy=deny:frames=3:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: 40 violations at {number} sites, by count:
 * | {lines}
 * run: sh -c 'gcc -O2 -shared -fPIC -fno-asynchronous-unwind-tables -fno-unwind-tables
 *     {source}/tests/behaviour/parts/without_tables.c -o part.so && exec timeout -s KILL 10 {self}
 *     abort'
 * environment: PHASELOCK_OPTIONS=frames=3
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | served
 * run: sh -c 'gcc -O2 -shared -fPIC -fno-asynchronous-unwind-tables -fno-unwind-tables
 *     {source}/tests/behaviour/parts/without_tables.c -o part.so && exec timeout -s KILL 10 {self}
 *     alternate'
 * environment: PHASELOCK_OPTIONS=frames=3
 * exit: SIGABRT
 * stderr:
 * | phaselock: violation: malloc(10) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | phaselock: violation: malloc(20) while allocations are locked
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | served
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

static void (*part_handle)(void (*request)(void));
static void (*part_call)(void (*function)(void), int depth);
static int calls, nested;
static jmp_buf out;

void request(void);
FRAME void request(void)
{
	void *block = opaque(malloc(20));

	nested += block == NULL;
	free(block);
}

static void request_and_leave(void)
{
	request();
	longjmp(out, 1);
}

static enum phaselock_verdict handle(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	CHECK(++calls < 100);
	part_handle(context != NULL ? request_and_leave : request);
	return PHASELOCK_ALLOW;
}

static void on_abort(int signal)
{
	(void)signal;
	CHECK(++calls < 100);
	part_handle(request);
	say("served\n");
}

void violate(void);
FRAME void violate(void)
{
	free(opaque(malloc(10)));
}

static void leave_from_everywhere(void)
{
	char context;

	phaselock_set_handler(handle, &context);
	for (volatile int i = 0; i < 20; i++)
		if (setjmp(out) == 0) /* deeper, and less deep */
			part_call(violate, i % 2 == 0 ? i : 20 - i);
	CHECK_EQUAL(calls, 20);
	CHECK_EQUAL(nested, 20);
}

static void handle_abort(int flags)
{
	static char memory[1 << 16];
	const stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
	const struct sigaction action = {.sa_handler = on_abort, .sa_flags = flags};

	CHECK_EQUAL(sigaltstack(&stack, NULL), 0);
	CHECK_EQUAL(sigaction(SIGABRT, &action, NULL), 0);
	part_call(violate, 3);
}

int main(int argc, char **argv)
{
	void *part = dlopen("./part.so", RTLD_NOW);

	require_armed();
	CHECK(argc > 1 && part != NULL);
	*(void **)&part_handle = dlsym(part, "part_handle");
	*(void **)&part_call = dlsym(part, "part_call");
	lock_allocations();
	if (strcmp(argv[1], "leaves") == 0) {
		leave_from_everywhere();
		return 0;
	}
	if (strcmp(argv[1], "abort") == 0)
		handle_abort(0);
	if (strcmp(argv[1], "alternate") == 0)
		handle_abort(SA_ONSTACK);
	phaselock_set_handler(handle, NULL);
	part_call(violate, strcmp(argv[1], "deep") == 0 ? 10000 : 0);
	CHECK_EQUAL(calls, 1);
	CHECK_EQUAL(nested, 1);
	return 0;
}
