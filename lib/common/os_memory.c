/* SPDX-License-Identifier: MIT */
/*
 * Memory, and files in it, on Linux. By system calls alone, like all of os_*.c: another library may
 * have replaced libc's mmap() by one that asks for memory itself. It must not know what the memory
 * is for.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define READ_FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY) /* a FIFO is refused, not waited for */

/* mmap(2) returns an address, or an errno as a negative number. */
static void *map(void *address, size_t size, int rights, int flags, long fd, size_t at)
{
	long result = pl_os_call(SYS_mmap, address, size, rights, flags, fd, at);

	return result < 0 && result >= -4095 ? NULL : (void *)result;
}

void *pl_os_map(size_t size)
{
	return map(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void *pl_os_reserve(size_t size)
{
	return map(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

size_t pl_os_page_size(void)
{
	return getauxval(AT_PAGESZ);
}

bool pl_os_protect(void *address, size_t size, bool writable)
{
	size_t page = pl_os_page_size();
	uintptr_t first = (uintptr_t)address & ~(page - 1);
	uintptr_t end = ((uintptr_t)address + size + page - 1) & ~(page - 1);
	int rights = writable ? PROT_READ | PROT_WRITE : PROT_READ;

	return pl_os_call(SYS_mprotect, first, end - first, rights) == 0;
}

void pl_os_freeze(void *address, size_t size)
{
	if (pl_os_page_size() <= PL_PAGE_SIZE)
		pl_os_protect(address, size, false);
}

bool pl_os_wipe_on_fork(void *address, size_t size)
{
	return pl_os_call(SYS_madvise, address, size, MADV_WIPEONFORK) == 0;
}

/*
 * Has the kernel read a set of signals to block there, which changes nothing while all are blocked.
 * No other call is made: a filter that lets reports through lets this one through
 * (docs/guarantees.md).
 */
bool pl_os_is_readable(const void *address)
{
	struct pl_os_signals before;
	long result;

	if (address == NULL) /* for the kernel there is no set then: it would say yes */
		return false;
	pl_os_block_signals(&before);
	result = pl_os_call(SYS_rt_sigprocmask, SIG_BLOCK, address, NULL, sizeof(before.mask));
	pl_os_restore_signals(&before);
	return result == 0;
}

void pl_os_unmap(const void *memory, size_t size)
{
	pl_os_call(SYS_munmap, memory, size);
}

/* Opens a file and fills in *file; returns a descriptor, or an errno as a negative number. */
static long open_file(const char *path, int flags, struct stat *file)
{
	long fd = pl_os_call(SYS_openat, AT_FDCWD, path, flags | READ_FLAGS);
	long result = fd >= 0 ? pl_os_call(SYS_fstat, fd, file) : 0;

	if (result == 0)
		return fd;
	pl_os_call(SYS_close, fd);
	return result;
}

bool pl_os_space_is_limited(void)
{
	struct rlimit64 limit = {.rlim_cur = RLIM64_INFINITY};

	pl_os_call(SYS_prlimit64, 0, RLIMIT_AS, NULL, &limit);
	return limit.rlim_cur != RLIM64_INFINITY;
}

static void *map_shared(int fd, size_t at, size_t size, int rights)
{
	struct stat file = {.st_mode = 0};
	long seals = pl_os_call(SYS_fcntl, fd, F_GET_SEALS);

	/* A page past the end of the file can be mapped, but touching it is a fault. */
	if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || pl_os_call(SYS_fstat, fd, &file) != 0 ||
	    file.st_size < (off_t)(at + size))
		return NULL;
	return map(NULL, size, rights, MAP_SHARED | MAP_NORESERVE, fd, at);
}

void *pl_os_map_shared(int fd, size_t at, size_t size)
{
	return map_shared(fd, at, size, PROT_READ | PROT_WRITE);
}

void *pl_os_reserve_shared(int fd, size_t at, size_t size)
{
	return map_shared(fd, at, size, PROT_NONE);
}

const void *pl_os_map_file(const char *path, size_t *size)
{
	struct stat file = {.st_mode = 0};
	long fd = open_file(path, O_RDONLY, &file);
	void *memory = NULL;

	if (fd >= 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
		*size = (size_t)file.st_size;
		memory = map(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		pl_os_call(SYS_close, fd);
	return memory;
}

/* Reads to the end of the file, or of the buffer; returns 0 or the errno. */
static int read_all(long fd, char *buffer, size_t size, size_t *length)
{
	*length = 0;
	while (*length < size) {
		long got = pl_os_call(SYS_read, fd, buffer + *length, size - *length);

		if (got < 0 && got != -EINTR)
			return (int)-got;
		if (got == 0)
			break;
		if (got > 0)
			*length += (size_t)got;
	}
	return 0;
}

const char *pl_os_read_file(const char *path, char *buffer, size_t size, size_t *length)
{
	int saved = errno;
	const char *fault = NULL;
	struct stat file = {.st_mode = 0};
	long fd = open_file(path, O_RDONLY, &file);
	int error;

	if (fd < 0) {
		fault = strerror((int)-fd);
	} else if (!S_ISREG(file.st_mode)) {
		fault = "not a regular file";
	} else {
		error = read_all(fd, buffer, size, length);
		fault = error != 0 ? strerror(error) : NULL;
	}
	if (fd >= 0)
		pl_os_call(SYS_close, fd);
	errno = saved;
	return fault;
}
