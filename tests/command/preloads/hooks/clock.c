/* SPDX-License-Identifier: MIT */
/* clock_gettime() and gettimeofday() that ask for memory, as libfaketime's first ones do. */
#define _GNU_SOURCE
#include "hook.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	ask_for_memory();
	return (int)syscall(SYS_clock_gettime, clock, now);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	ask_for_memory();
	return (int)syscall(SYS_gettimeofday, now, zone);
}
