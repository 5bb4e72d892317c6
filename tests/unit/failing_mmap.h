/* SPDX-License-Identifier: MIT */
/*
 * mmap(2) for the whole program, which has no memory for a thread that says so. To be included by
 * one file of a program. libc's own mappings, as for the stacks of threads, do not come here. Not
 * with ThreadSanitizer, which starts by calls of the program's mmap(): there MMAP_CAN_FAIL is
 * false.
 */
#ifndef TEST_FAILING_MMAP_H
#define TEST_FAILING_MMAP_H

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local bool mmap_fails;

#ifdef __SANITIZE_THREAD__
#define MMAP_CAN_FAIL false
#else
#define MMAP_CAN_FAIL true

void *mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset)
{
	if (mmap_fails) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return (void *)syscall(SYS_mmap, address, size, rights, flags, fd,
			       offset); /* -1 is MAP_FAILED */
}
#endif

#endif
