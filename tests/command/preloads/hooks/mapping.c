/* SPDX-License-Identifier: MIT */
/* mmap(), munmap(), mprotect() and madvise() that ask for memory: a profiler of mappings. */
#define _GNU_SOURCE
#include "hook.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset)
{
	ask_for_memory();
	return (void *)syscall(SYS_mmap, address, size, rights, flags, fd, offset);
}

int munmap(void *address, size_t size)
{
	ask_for_memory();
	return (int)syscall(SYS_munmap, address, size);
}

int mprotect(void *address, size_t size, int rights)
{
	ask_for_memory();
	return (int)syscall(SYS_mprotect, address, size, rights);
}

int madvise(void *address, size_t size, int advice)
{
	ask_for_memory();
	return (int)syscall(SYS_madvise, address, size, advice);
}
