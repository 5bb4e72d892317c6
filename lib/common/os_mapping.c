/* SPDX-License-Identifier: MIT */
/*
 * Files that a process writes by a shared mapping, so that what it has written is there however it
 * ends. It must not know what is in them.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifndef MADV_POPULATE_WRITE /* Linux 5.14 */
#define MADV_POPULATE_WRITE 23
#endif

/* Beyond the limit the kernel would send SIGXFSZ. */
static bool is_within_limit(size_t size)
{
	struct rlimit64 limit = {.rlim_cur = RLIM64_INFINITY};

	pl_os_call(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit);
	return limit.rlim_cur >= size;
}

void *pl_os_make_file(const char *path, size_t size)
{
	long fd, result;

	if (!is_within_limit(size))
		return NULL;
	fd = pl_os_call(SYS_openat, AT_FDCWD, path,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	result = pl_os_call(SYS_ftruncate, fd, size);
	if (result == 0)
		result = pl_os_call(SYS_mmap, NULL, size, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd,
				    0);
	pl_os_call(SYS_close, fd);
	if (result >= 0 || result < -4095)
		return (void *)result;
	pl_os_call(SYS_unlinkat, AT_FDCWD, path, 0);
	return NULL;
}

bool pl_os_fill(void *address, size_t size)
{
	size_t page = pl_os_page_size();
	uintptr_t first = (uintptr_t)address & ~(page - 1);
	uintptr_t end = ((uintptr_t)address + size + page - 1) & ~(page - 1);
	long result;

	do
		result = pl_os_call(SYS_madvise, first, end - first, MADV_POPULATE_WRITE);
	while (result == -EINTR);
	return result == 0;
}

bool pl_os_rename_new(const char *from, const char *to)
{
	return pl_os_call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
}

void pl_os_remove(const char *path)
{
	pl_os_call(SYS_unlinkat, AT_FDCWD, path, 0);
}

bool pl_os_file_is_there(const char *path)
{
	return pl_os_call(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}
