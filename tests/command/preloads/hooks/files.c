/* SPDX-License-Identifier: MIT */
/* open(), read(), readlink(), write() and close() that ask for memory: a recorder of files. */
#define _GNU_SOURCE
#include "hook.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

int open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	ask_for_memory();
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *buffer, size_t size)
{
	ask_for_memory();
	return syscall(SYS_read, fd, buffer, size);
}

ssize_t readlink(const char *restrict path, char *restrict buffer, size_t size)
{
	ask_for_memory();
	return syscall(SYS_readlinkat, AT_FDCWD, path, buffer, size);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	ask_for_memory();
	return syscall(SYS_write, fd, buffer, size);
}

int close(int fd)
{
	ask_for_memory();
	return (int)syscall(SYS_close, fd);
}
