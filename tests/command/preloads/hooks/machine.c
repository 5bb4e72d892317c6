/* SPDX-License-Identifier: MIT */
/* What an allocator asks of the machine, asking for memory: processors, pages, system calls. */
#define _GNU_SOURCE
#include "hook.h"

#include <sched.h>
#include <stdarg.h>
#include <unistd.h>

int sched_getcpu(void)
{
	FIND_NEXT(sched_getcpu);

	ask_for_memory();
	return next();
}

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set)
{
	FIND_NEXT(sched_getaffinity);

	ask_for_memory();
	return next(process, size, set);
}

long sysconf(int name)
{
	FIND_NEXT(sysconf);

	ask_for_memory();
	return next(name);
}

long syscall(long number, ...)
{
	FIND_NEXT(syscall);
	long argument[6];
	va_list more;

	va_start(more, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(more, long);
	va_end(more);
	ask_for_memory();
	return next(number, argument[0], argument[1], argument[2], argument[3], argument[4],
		    argument[5]);
}
