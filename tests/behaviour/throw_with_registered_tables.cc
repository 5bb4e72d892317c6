/* SPDX-License-Identifier: MIT */
/*
 * An exception is thrown while the heap is locked, in a process with registered unwind tables:
 * libgcc allocates while it holds its lock. Each such request is a violation like any other, and
 * the exception is caught.
 *
 * shows: PL-520
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=0
 * run: timeout -s KILL 10 {self}
 * exit: 0
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#include "behaviour.h"

#include <cstdint>
#include <cstring>
#include <pthread.h>
#include <stdexcept>

extern "C" void __register_frame(void *tables);

static unsigned char tables[2][128];
static int caught;

static void make_tables(unsigned char *to, uint64_t function)
{
	static const unsigned char common[] = {0,  0,	 0, 0, 1,	  0, 1, 0x78,
					       16, 0x0c, 7, 8, 0x80 | 16, 1, 0, 0};
	const uint32_t length = sizeof(common), size = 20, back = 24;
	const uint64_t function_size = 16;

	memcpy(to, &length, 4);
	memcpy(to + 4, common, sizeof(common));
	memcpy(to + 20, &size, 4);
	memcpy(to + 24, &back, 4);
	memcpy(to + 28, &function, 8);
	memcpy(to + 36, &function_size, 8);
}

static FRAME void fail(int depth)
{
	if (depth == 0)
		throw std::runtime_error("thrown while the heap is locked");
	fail(depth - 1);
	caught = 0;
}

static void *throw_once(void *unused)
{
	try {
		fail(10);
	} catch (const std::runtime_error &) {
		caught++;
	}
	return unused;
}

int main()
{
	pthread_t thread;

	require_armed();
	throw_once(NULL);
	make_tables(tables[0], 0x10000);
	make_tables(tables[1], 0x20000);
	lock_allocations();
	phaselock_permit_begin();
	__register_frame(tables[0]);
	__register_frame(tables[1]);
	phaselock_permit_end();
	throw_once(NULL);
	pthread_create(&thread, NULL, throw_once, NULL);
	pthread_join(thread, NULL);
	CHECK_EQUAL(caught, 3);
	CHECK(thread_stats().locked_attempts > 1);
	unlock_allocations();
	return 0;
}
