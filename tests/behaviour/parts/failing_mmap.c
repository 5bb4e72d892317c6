/* SPDX-License-Identifier: MIT */
/*
 * An mmap() to be preloaded that fails with ENOMEM: the call of the number in FAIL_MMAP, and those
 * after it if FAIL_MMAP_ON is set. It writes the file that FAIL_MMAP_FILE names when it first does.
 * The calls that libc and the dynamic linker make of their own do not come by here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic long calls;

static int is_to_fail(long number)
{
	const char *at = getenv("FAIL_MMAP");
	const char *file = getenv("FAIL_MMAP_FILE");

	if (at == NULL || file == NULL)
		return 0;
	if (number == atol(at))
		close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	return number == atol(at) || (number > atol(at) && getenv("FAIL_MMAP_ON") != NULL);
}

void *mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset)
{
	if (is_to_fail(atomic_fetch_add(&calls, 1) + 1)) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return (void *)syscall(SYS_mmap, address, size, rights, flags, fd, offset);
}
