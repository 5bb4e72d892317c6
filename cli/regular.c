/* SPDX-License-Identifier: MIT */
/*
 * libdw opens files that a file names: by .gnu_debuglink, .gnu_debugaltlink, or as the other half
 * of split DWARF. It does not ask first, so open() is defined here, in front of libc's.
 */
#define _GNU_SOURCE
#include "regular.h"

#include "common/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

static bool only_regular;

void regular_only(void)
{
	only_regular = true;
}

/*
 * Checks the file again once it is open: then nothing waits, and it cannot become another file. An
 * empty file has nothing to say, and may be the kernel's: reading /proc/kmsg takes its content from
 * others.
 */
static int open_if_regular(const char *path, int flags)
{
	struct stat file;
	int fd;

	if (stat(path, &file) != 0)
		return -1;
	errno = EINVAL;
	if (!S_ISREG(file.st_mode) || file.st_size == 0)
		return -1;
	fd = openat(AT_FDCWD, path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || (fstat(fd, &file) == 0 && S_ISREG(file.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

int regular_open(const char *path)
{
	return open_if_regular(path, O_RDONLY);
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	unsigned mode = 0;

	if (only_regular && (flags & (O_ACCMODE | O_CREAT)) == O_RDONLY)
		return open_if_regular(path, flags);
	va_start(arguments, flags);
	if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
		mode = va_arg(arguments, unsigned);
	va_end(arguments);
	return openat(AT_FDCWD, path, flags, mode);
}
