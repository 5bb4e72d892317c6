/* SPDX-License-Identifier: MIT */
/*
 * Time on Linux. It must not know what the time is for.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <time.h>

/* NULL: the kernel is called. Relaxed: the code has been there since the process began. */
static _Atomic(pl_os_clock_function) function;

void pl_os_use_clock(pl_os_clock_function faster)
{
	atomic_store_explicit(&function, faster, memory_order_relaxed);
}

void pl_os_clock(int clock, struct timespec *now)
{
	pl_os_clock_function faster = atomic_load_explicit(&function, memory_order_relaxed);

	if (PL_LIKELY(faster != NULL))
		faster(clock, now);
	else
		pl_os_call(SYS_clock_gettime, clock, now);
}

static uint64_t read_ns(int clock)
{
	struct timespec now = {0, 0};

	pl_os_clock(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t pl_os_monotonic_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t pl_os_coarse_ns(void)
{
	return read_ns(CLOCK_MONOTONIC_COARSE);
}

/* By futex(2): a filter for what an allocator needs allows it, but not nanosleep(2). */
void pl_os_sleep_ms(uint64_t milliseconds)
{
	const uint32_t never = 0; /* nobody ever changes it */
	struct timespec end = {0, 0};

	pl_os_clock(CLOCK_MONOTONIC, &end);
	end.tv_sec += (time_t)(milliseconds / 1000);
	end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	while (pl_os_call(SYS_futex, &never, FUTEX_WAIT_BITSET_PRIVATE, never, &end, NULL,
			  FUTEX_BITSET_MATCH_ANY) == -EINTR)
		;
}
