/* SPDX-License-Identifier: MIT */
/*
 * Output, as Linux has it: to a descriptor, to a file, to the pipe of another process. It must not
 * know what is written, nor why.
 */
#define _GNU_SOURCE
#include "os.h"

#include "os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#define KERNEL_SIGNAL_SET_SIZE sizeof(uint64_t)

bool pl_os_write(int fd, const void *text, size_t size)
{
	const char *rest = text;

	while (size > 0) {
		/* Not write(2) of libc, which is a cancellation point. */
		long written = pl_os_call(SYS_write, fd, rest, size);

		if (written < 0 && written != -EINTR)
			break;
		if (written > 0) {
			rest += written;
			size -= (size_t)written;
		}
	}
	return size == 0;
}

int pl_os_open_append(const char *path)
{
	/* O_NONBLOCK: a FIFO that nobody reads is refused, not waited for. */
	long fd = pl_os_call(SYS_openat, AT_FDCWD, path,
			     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
				     O_NOCTTY,
			     0600);
	struct stat file = {.st_mode = 0};

	if (fd < 0)
		return -1;
	if (pl_os_call(SYS_fstat, fd, &file) != 0 || !S_ISREG(file.st_mode)) {
		pl_os_call(SYS_close, fd);
		return -1;
	}
	return (int)fd;
}

void pl_os_close(int fd)
{
	pl_os_call(SYS_close, fd);
}

int pl_os_open_pipe(const char *path, uint64_t *id)
{
	/* O_NONBLOCK: a pipe that nobody reads is refused, not waited for. */
	long fd = pl_os_call(SYS_openat, AT_FDCWD, path,
			     O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
	struct stat file = {.st_mode = 0};

	if (fd < 0)
		return -1;
	if (pl_os_call(SYS_fstat, fd, &file) != 0 || !S_ISFIFO(file.st_mode) ||
	    (*id != 0 && *id != file.st_ino) || pl_os_call(SYS_fcntl, fd, F_SETFL, O_WRONLY) != 0) {
		pl_os_call(SYS_close, fd);
		return -1;
	}
	if (*id == 0)
		*id = file.st_ino;
	return (int)fd;
}

/*
 * SIGPIPE goes to the thread that writes, so one that came by this write is taken back while it is
 * blocked. One that waited already, blocked by the program, is the program's and stays.
 */
bool pl_os_write_pipe(int fd, const void *head, size_t head_size, const void *text, size_t size)
{
	static const uint64_t broken_pipe = UINT64_C(1) << (SIGPIPE - 1);
	static const struct timespec at_once;
	struct iovec parts[] = {{(void *)(uintptr_t)head, head_size},
				{(void *)(uintptr_t)text, size}};
	uint64_t before, waiting = 0;
	long written;

	pl_os_call(SYS_rt_sigprocmask, SIG_BLOCK, &broken_pipe, &before, KERNEL_SIGNAL_SET_SIZE);
	pl_os_call(SYS_rt_sigpending, &waiting, KERNEL_SIGNAL_SET_SIZE);
	do
		written = pl_os_call(SYS_writev, fd, parts, 2);
	while (written == -EINTR);
	if (written == -EPIPE && (waiting & broken_pipe) == 0)
		pl_os_call(SYS_rt_sigtimedwait, &broken_pipe, NULL, &at_once,
			   KERNEL_SIGNAL_SET_SIZE);
	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, KERNEL_SIGNAL_SET_SIZE);
	return written == (long)(head_size + size);
}
