/* SPDX-License-Identifier: MIT */
/*
 * A JIT that has registered unwind tables with libgcc (__register_frame) makes libgcc take a lock
 * and allocate when it next looks into its tables. A violation does not look there, nor does a
 * request that fails because memory is short, so both work as without such tables. A violation that
 * libgcc itself makes by such a look is reported, and its thread goes on.
 *
 * shows: PL-520 PL-016
 * needs: sh
 * timeout: 20
 * environment: PHASELOCK_OPTIONS=policy=allow:frames=3
 * run: timeout -s KILL 10 {self} {kind}
 * each: kind scope lock
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc(10) {any}
 * |   thread {number} "registered_tabl", 1st time at this site
 * |     #0 violate+{hex} {any}
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x malloc  violate+{hex} {any}
 * run: timeout -s KILL 10 {self} look
 * exit: 0
 * stderr:
 * | phaselock: violation: malloc({number}) while allocations are locked
 * |   thread {number} "registered_tabl", 1st time at this site
 * |     #0 {any}libgcc_s{any}
 * | {details}
 * | phaselock: allowed (policy=allow)
 * | {lines}
 * run: timeout -s KILL 10 {self} memory
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unwind.h>

#define FUNCTIONS 20000

extern void __register_frame(void *tables);

static unsigned char *put(unsigned char *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return to + size;
}

/* Entries of many functions that do not exist: sorting them takes memory. */
static unsigned char *make_tables(void)
{
	static const unsigned char common[] = {0,  0,	 0, 0, 1,	  0, 1, 0x78,
					       16, 0x0c, 7, 8, 0x80 | 16, 1, 0, 0};
	unsigned char *tables = mmap(NULL, 64 + 24 * FUNCTIONS, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t length = sizeof(common);
	unsigned char *at;

	CHECK(tables != MAP_FAILED);
	at = put(put(tables, &length, 4), common, sizeof(common));
	for (uint64_t i = 0; i < FUNCTIONS; i++) {
		uint32_t size = 20, back = (uint32_t)(at + 4 - tables);
		uint64_t function = 0x10000 + 16 * i, function_size = 16;

		at = put(put(at, &size, 4), &back, 4);
		at = put(put(at, &function, 8), &function_size, 8);
	}
	return tables; /* the rest is zero: there is no other */
}

void violate(void);
FRAME void violate(void)
{
	void *block = opaque(malloc(10));

	CHECK(block != NULL);
	free(block);
}

static void in_scope(void)
{
	__register_frame(make_tables());
	phaselock_forbid_begin();
	violate();
	phaselock_forbid_end();
}

static void in_lock(void)
{
	lock_allocations();
	phaselock_permit_begin();
	__register_frame(make_tables());
	phaselock_permit_end();
	violate();
	unlock_allocations();
}

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *count)
{
	(void)context;
	++*(int *)count;
	return _URC_NO_REASON;
}

/* Called by this thread with libgcc's lock held. */
static void look(void)
{
	int count = 0;

	__register_frame(make_tables());
	lock_allocations();
	_Unwind_Backtrace(step, &count);
	unlock_allocations();
	CHECK(count > 2);
	CHECK(thread_stats().locked_attempts > 0);
}

static void run_out_of_memory(void)
{
	const struct rlimit limit = {1, 1};
	void *block;

	opaque(malloc(10));
	__register_frame(make_tables());
	CHECK_EQUAL(setrlimit(RLIMIT_AS, &limit), 0);
	do {
		errno = 0;
		block = opaque(malloc(65536));
	} while (block != NULL);
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(thread_stats().failed_allocations == 1);
	do {
		errno = 0;
		block = opaque(malloc(100));
	} while (block != NULL);
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(thread_stats().failed_allocations == 2);
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	if (strcmp(argv[1], "scope") == 0)
		in_scope();
	else if (strcmp(argv[1], "lock") == 0)
		in_lock();
	else if (strcmp(argv[1], "look") == 0)
		look();
	else
		run_out_of_memory();
	return 0;
}
