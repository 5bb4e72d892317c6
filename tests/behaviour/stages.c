/* SPDX-License-Identifier: MIT */
/*
 * The stages of a request's life are printed from real counters: each compared with the one before,
 * and at the end what is left since the begin. A balanced request leaks nothing, and another
 * thread's requests do not count. Without stages=1 nothing is printed and the structure is not
 * touched.
 *
 * shows: PL-400 PL-401 PL-402
 * exit: 0
 *
 * run: {self}
 *
 * run: {self}
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=stages=1
 * stderr:
 * | [MEMORY-TRACK] Request Start: bytes_allocated=0, allocations=0, deallocations=0
 * | [MEMORY-TRACK] After Header Processing: bytes_allocated=112 (+112), allocations=1 (+1), deallocations=0 (+0)
 * | [MEMORY-TRACK] After Protobuf Creation: bytes_allocated=64 (-48), allocations=2 (+1), deallocations=1 (+1)
 * | [MEMORY-TRACK] Request End: bytes_allocated=0 (-64), allocations=2 (+0), deallocations=2 (+1)
 * | [MEMORY-TRACK] Request Start: bytes_allocated=-{number}, allocations={number}, deallocations={number}
 * | [MEMORY-TRACK] Request Complete: bytes_allocated=-{number} (+128), allocations={number} (+2), deallocations={number} (+0)
 * | [MEMORY-LEAK] Potential leak at Request Complete: 2 net allocations, 128 bytes potentially leaked
 *
 * run: {self}
 * backend: system
 * environment: PHASELOCK_OPTIONS=stages=1
 * stderr:
 * | [MEMORY-TRACK] Request Start: bytes_allocated=0, allocations=0, deallocations=0
 * | [MEMORY-TRACK] After Header Processing: bytes_allocated=104 (+104), allocations=1 (+1), deallocations=0 (+0)
 * | [MEMORY-TRACK] After Protobuf Creation: bytes_allocated=72 (-32), allocations=2 (+1), deallocations=1 (+1)
 * | [MEMORY-TRACK] Request End: bytes_allocated=0 (-72), allocations=2 (+0), deallocations=2 (+1)
 * | [MEMORY-TRACK] Request Start: bytes_allocated=-{number}, allocations={number}, deallocations={number}
 * | [MEMORY-TRACK] Request Complete: bytes_allocated=-{number} (+144), allocations={number} (+2), deallocations={number} (+0)
 * | [MEMORY-LEAK] Potential leak at Request Complete: 2 net allocations, 144 bytes potentially leaked
 *
 * run: {build}/phaselock run --stages --lock-at=main --policy=allow --max-reports=0 {self}
 * exit: 99
 * stderr:
 * | {lines}
 * | [MEMORY-TRACK] Request End: bytes_allocated=0 (-{number}), allocations=2 (+0), deallocations=2 (+1)
 * | {lines}
 * | phaselock run: FAIL: {number} violations
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <pthread.h>
#include <stdlib.h>

static void *allocate_elsewhere(void *unused)
{
	(void)unused;
	return opaque(malloc(5000));
}

static void balanced_request(void)
{
	struct phaselock_stage stage;
	void *header, *message;

	phaselock_stage_begin(&stage, "Request Start");
	header = opaque(malloc(100)); /* 112 usable bytes */
	phaselock_stage_mark(&stage, "After Header Processing");
	message = opaque(malloc(64));
	free(header);
	phaselock_stage_mark(&stage, "After Protobuf Creation");
	free(message);
	phaselock_stage_end(&stage, "Request End");
}

/* Freeing another thread's block lowers this thread's live bytes. */
static void free_of_another(void)
{
	pthread_t thread;
	void *block;

	CHECK_EQUAL(pthread_create(&thread, NULL, allocate_elsewhere, NULL), 0);
	pthread_join(thread, &block);
	free(block);
}

static void leaking_request(void)
{
	struct phaselock_stage stage;

	phaselock_stage_begin(&stage, "Request Start");
	opaque(malloc(64));
	opaque(malloc(64));
	phaselock_stage_end(&stage, "Request Complete");
}

int main(void)
{
	require_armed();
	balanced_request();
	free_of_another();
	leaking_request();
	return 0;
}
