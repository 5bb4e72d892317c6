/* SPDX-License-Identifier: MIT */
/*
 * A call that asks for memory while allocations are locked is a violation whatever its arguments
 * are, even if it must fail: for a size that overflows or that no machine has, or for an invalid
 * alignment. Denied, it fails with ENOMEM and changes nothing. Allowed, or in a permit scope, it
 * does what it does in an unlocked phase, where it is no violation.
 *
 * shows: PL-603
 * environment: PHASELOCK_OPTIONS=max_reports=1
 * exit: 0
 * stderr:
 * | phaselock: violation: calloc(18446744073709551615) while allocations are locked
 * | {lines}
 * | phaselock: denied (handler)
 * | {lines}
 */
#define _GNU_SOURCE
#include "behaviour.h"
#include "cxx_names.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <phaselock/watch.h>

static char *old; /* a block for those that take one */
static char marker;

#define CALL(name, expression)                                                                     \
	static void *name(void)                                                                    \
	{                                                                                          \
		return expression;                                                                 \
	}

static void *by_posix_memalign(size_t alignment, size_t size)
{
	void *block = &marker;
	int error = posix_memalign(&block, opaque_size(alignment), opaque_size(size));

	if (error == 0)
		return block;
	CHECK(block == &marker);
	errno = error;
	return NULL;
}

CALL(calloc_overflow, calloc(opaque_size(SIZE_MAX), 16))
CALL(calloc_square, calloc(opaque_size((size_t)1 << 32), (size_t)1 << 32))
CALL(reallocarray_null, reallocarray(NULL, opaque_size(SIZE_MAX), 2))
CALL(reallocarray_block, reallocarray(old, opaque_size(SIZE_MAX), 2))
CALL(pvalloc_overflow, pvalloc(opaque_size(SIZE_MAX)))
CALL(malloc_huge, malloc(opaque_size(SIZE_MAX - 100)))
CALL(calloc_huge, calloc(1, opaque_size(PTRDIFF_MAX)))
CALL(realloc_huge, realloc(old, opaque_size(SIZE_MAX)))
CALL(aligned_huge, aligned_alloc(64, opaque_size(SIZE_MAX)))
CALL(valloc_huge, valloc(opaque_size(SIZE_MAX)))
CALL(new_huge, new_nothrow(opaque_size(SIZE_MAX), ""))
CALL(new_aligned_huge, new_aligned_nothrow(opaque_size(SIZE_MAX), 64, ""))
CALL(posix_memalign_0, by_posix_memalign(0, 32))
CALL(posix_memalign_4, by_posix_memalign(4, 32))
CALL(posix_memalign_24, by_posix_memalign(24, 32))
CALL(aligned_alloc_0, aligned_alloc(opaque_size(0), 32))
CALL(aligned_alloc_24, aligned_alloc(opaque_size(24), 48))
CALL(memalign_24, memalign(opaque_size(24), 48))
CALL(memalign_most, memalign(opaque_size(SIZE_MAX), 48))
CALL(new_aligned_24, new_aligned_nothrow(48, opaque_size(24), ""))

static const struct {
	const char *function;
	void *(*call)(void);
} calls[] = {
	{"calloc", calloc_overflow},
	{"calloc", calloc_square},
	{"reallocarray", reallocarray_null},
	{"reallocarray", reallocarray_block},
	{"pvalloc", pvalloc_overflow},
	{"malloc", malloc_huge},
	{"calloc", calloc_huge},
	{"realloc", realloc_huge},
	{"aligned_alloc", aligned_huge},
	{"valloc", valloc_huge},
	{"operator new", new_huge},
	{"operator new", new_aligned_huge},
	{"posix_memalign", posix_memalign_0},
	{"posix_memalign", posix_memalign_4},
	{"posix_memalign", posix_memalign_24},
	{"aligned_alloc", aligned_alloc_0},
	{"aligned_alloc", aligned_alloc_24},
	{"memalign", memalign_24},
	{"memalign", memalign_most},
	{"operator new", new_aligned_24},
};

static const char *told;
static enum phaselock_verdict verdict;

static enum phaselock_verdict hear(const struct phaselock_violation *violation, void *context)
{
	(void)context;
	told = violation->function;
	return verdict;
}

/* The outcome of a call: a block, or the error. */
static int outcome(void *(*call)(void))
{
	void *block;
	int error;

	errno = 0;
	block = opaque(call());
	error = errno;
	free(block);
	return block != NULL ? 0 : error;
}

static struct phaselock_stats did; /* since the last time */

static void look(void)
{
	static struct phaselock_stats before;
	struct phaselock_stats now = thread_stats();

	did = phaselock_stats_delta(&before, &now);
	before = now;
}

static unsigned requests, results;

static enum phaselock_answer count(const struct phaselock_event *event, void *context)
{
	(void)context;
	requests += event->kind == PHASELOCK_EVENT_REQUEST;
	results += event->kind == PHASELOCK_EVENT_RESULT;
	return PHASELOCK_GO_ON;
}

/* A watcher hears of a size that overflows only if something forbids the request. */
static void is_watched(void *(*call)(void))
{
	struct phaselock_watch watch = {.watcher = count};

	CHECK(phaselock_watch_begin(&watch));
	CHECK_EQUAL(outcome(call), ENOMEM);
	CHECK_EQUAL(requests + results, 0);
	lock_allocations();
	CHECK_EQUAL(outcome(call), ENOMEM);
	CHECK_EQUAL(requests, 1);
	CHECK_EQUAL(results, 0);
	unlock_allocations();
	CHECK(phaselock_watch_end(&watch));
	requests = 0;
}

int main(void)
{
	require_armed();
	old = memset(malloc(32), 7, 32);
	phaselock_set_handler(hear, NULL);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int unlocked = outcome(calls[i].call);

		look();
		lock_allocations();
		verdict = PHASELOCK_DENY;
		told = "nothing";
		CHECK_EQUAL(outcome(calls[i].call), ENOMEM);
		look();
		CHECK(strcmp(told, calls[i].function) == 0);
		CHECK_EQUAL(did.locked_attempts, 1);
		CHECK_EQUAL(did.allocations + did.reallocations + did.failed_allocations, 0);

		verdict = PHASELOCK_ALLOW;
		CHECK_EQUAL(outcome(calls[i].call), unlocked);
		look();
		CHECK_EQUAL(did.locked_attempts, 1);
		CHECK_EQUAL(did.bytes_allocated, did.bytes_deallocated);

		phaselock_permit_begin();
		CHECK_EQUAL(outcome(calls[i].call), unlocked);
		phaselock_permit_end();
		look();
		CHECK_EQUAL(did.locked_attempts, 0);
		CHECK_EQUAL(did.permitted_attempts, 1);

		unlock_allocations();
		CHECK_EQUAL(outcome(calls[i].call), unlocked);
		look();
		CHECK_EQUAL(did.locked_attempts + did.permitted_attempts, 0);
		CHECK_EQUAL(did.live_allocations, 1); /* of this thread: the old block */
		CHECK(is_filled(old, 7, 32));
	}
	is_watched(calloc_overflow);
	is_watched(reallocarray_block);
	is_watched(pvalloc_overflow);
	return 0;
}
