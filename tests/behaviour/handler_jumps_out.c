/* SPDX-License-Identifier: MIT */
/*
 * A handler may leave by longjmp(): apart from its violation, the request never happened. The next
 * violation calls the handler again, at the same depth of the stack, deeper or less deep.
 *
 * shows: PL-035
 * libc: glibc musl
 * each: first=second=sites 10=10=1 10=0=2 10=20={number} 0=100=2
 * run: {self} {first} {second}
 * environment: PHASELOCK_OPTIONS=max_reports=0:frames=12
 * exit: 0
 * stderr:
 * | phaselock: 2 violations at {sites} site{any}, by count:
 * | phaselock:   and {sites} site{any} more (max_reports=0)
 */
#include "behaviour.h"

#include <setjmp.h>
#include <stdlib.h>

static jmp_buf back;
static int calls;

static enum phaselock_verdict jump(const struct phaselock_violation *violation, void *context)
{
	(void)violation;
	(void)context;
	calls++;
	longjmp(back, 1);
}

/* Makes a request this many frames of 256 bytes further down the stack. */
FRAME static void request_below(int frames)
{
	volatile char room[256];

	room[0] = (char)frames;
	if (frames > 0)
		request_below(frames - 1);
	else
		free(opaque(malloc(100)));
	room[1] = room[0];
}

static bool handler_is_called(int frames)
{
	volatile int before = calls;

	if (setjmp(back) == 0)
		request_below(frames);
	return calls == before + 1;
}

int main(int argc, char **argv)
{
	struct phaselock_stats begin, did;

	require_armed();
	CHECK(argc > 2);
	phaselock_set_handler(jump, NULL);
	lock_allocations();
	begin = thread_stats();
	for (volatile int i = 1; i <= 2; i++)
		CHECK(handler_is_called(atoi(argv[i])));
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.locked_attempts, 2);
	CHECK_EQUAL(did.allocations, 0);
	unlock_allocations();
	free(malloc(100));
	CHECK_EQUAL(thread_stats_since(&begin).allocations, 1);
	return 0;
}
