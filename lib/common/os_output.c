/* SPDX-License-Identifier: MIT */
/*
 * Output on Linux: to a descriptor, to a file, to the pipe of another process. It causes no signal,
 * and no wait without an end. It must not know what is written, nor why.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>

#define KERNEL_SIGNAL_SET_SIZE sizeof(uint64_t)
#define SET_OF(signal) (UINT64_C(1) << ((signal)-1))
#define PIPE_ROOM 4096 /* what a pipe that poll(2) calls writable takes without a wait */

static const struct timespec at_once;

/* ---- the signals that a write may cause ------------------------------------------------------ */

static void keep_signals_away(uint64_t *before)
{
	/* SIGTTOU: a terminal may stop background writers, but not those that block this signal. */
	static const uint64_t caused = SET_OF(SIGPIPE) | SET_OF(SIGXFSZ) | SET_OF(SIGTTOU);

	pl_os_call(SYS_rt_sigprocmask, SIG_BLOCK, &caused, before, KERNEL_SIGNAL_SET_SIZE);
}

/* Whether a signal is ignored: it then vanishes when it is unblocked. */
static bool is_ignored(int signal)
{
	struct {
		void (*handler)(int signal);
		uint64_t rest[3];
	} action = {SIG_DFL, {0}}; /* the kernel's structure */

	pl_os_call(SYS_rt_sigaction, signal, NULL, &action, KERNEL_SIGNAL_SET_SIZE);
	return action.handler == SIG_IGN;
}

/*
 * Takes back the signal that a write sent to this thread. The kernel keeps only one of each kind:
 * if the one that it kept came from somebody else, it is sent again.
 */
static void take_back(int signal)
{
	const uint64_t set = SET_OF(signal);
	siginfo_t found = {.si_code = SI_USER};

	if (is_ignored(signal) || pl_os_call(SYS_rt_sigtimedwait, &set, &found, &at_once,
					     KERNEL_SIGNAL_SET_SIZE) != signal)
		return;
	if (found.si_code != SI_USER || (uint64_t)found.si_pid != pl_os_process_id())
		pl_os_call(SYS_tgkill, pl_os_process_id(), pl_os_thread_id(), signal);
}

static void let_signals_come(const uint64_t *before, long result)
{
	if (result == -EPIPE)
		take_back(SIGPIPE);
	if (result == -EFBIG)
		take_back(SIGXFSZ);
	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, KERNEL_SIGNAL_SET_SIZE);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* How long a text has waited for room. */
struct wait {
	uint64_t most_ms;
	uint64_t since_ns; /* 0: not yet */
};

/* Waits for a moment; returns false, at once, when there is no more time. */
static bool wait_on(struct wait *wait)
{
	uint64_t now = pl_os_monotonic_ns();

	if (wait->since_ns == 0)
		wait->since_ns = now;
	if ((now - wait->since_ns) / 1000000 >= wait->most_ms)
		return false;
	pl_os_sleep_ms(1);
	return true;
}

/* Whether a write of at most PIPE_ROOM bytes to a pipe does not wait. */
static bool may_write(int fd)
{
	struct pollfd wanted = {fd, POLLOUT, 0};

	if (pl_os_call(SYS_ppoll, &wanted, 1, &at_once, NULL, KERNEL_SIGNAL_SET_SIZE) != 0)
		return true;
	/* A non-blocking write may be tried: a page that is in use may have room for a line. */
	return (pl_os_call(SYS_fcntl, fd, F_GETFL) & O_NONBLOCK) != 0;
}

static long put(int fd, enum pl_os_way way, const char *text, size_t size)
{
	/* Not libc's functions, which are cancellation points. */
	if (way == PL_OS_SOCKET)
		return pl_os_call(SYS_sendto, fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL, NULL);
	if (way == PL_OS_PIPE) {
		if (!may_write(fd))
			return -EAGAIN;
		size = size < PIPE_ROOM ? size : PIPE_ROOM;
	}
	return pl_os_call(SYS_write, fd, text, size);
}

/* The length of the first line of a text, with its newline. */
static size_t line_length(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);

	return end != NULL ? (size_t)(end + 1 - text) : size;
}

size_t pl_os_write(int fd, enum pl_os_way way, const void *text, size_t size, uint64_t wait_ms)
{
	struct wait wait = {.most_ms = wait_ms};
	const char *rest = text;
	bool by_lines = false; /* there is no time left: what fits is better than nothing */
	uint64_t before;
	long result = 0;

	keep_signals_away(&before);
	while (size > 0) {
		result = put(fd, way, rest, by_lines ? line_length(rest, size) : size);
		if (result > 0) {
			rest += result;
			size -= (size_t)result;
		} else if (result == -EAGAIN && !by_lines) {
			by_lines = !wait_on(&wait);
		} else if (result != -EINTR) {
			break;
		}
	}
	let_signals_come(&before, result);
	return (size_t)(rest - (const char *)text);
}

/*
 * The last device that was found to hold plain files. Any thread writes, relaxed: it only saves a
 * system call.
 */
static _Atomic uint64_t known_device;

/*
 * Whether a file is one to write to. On a file system without room, such as /proc, a file is a
 * switch of the kernel's; but some file systems that do have room do not say so. The kernel is
 * asked once, in the constructor: a filter of system calls that comes later may kill whoever asks.
 */
static bool is_plain(long fd, const struct stat *file)
{
	struct statfs system = {.f_blocks = 0};

	if (!S_ISREG(file->st_mode))
		return false;
	if (atomic_load_explicit(&known_device, memory_order_relaxed) == file->st_dev)
		return true;
	if (pl_os_call(SYS_fstatfs, fd, &system) != 0 ||
	    (system.f_blocks == 0 && system.f_type != TMPFS_MAGIC && system.f_type != RAMFS_MAGIC &&
	     system.f_type != FUSE_SUPER_MAGIC))
		return false;
	atomic_store_explicit(&known_device, file->st_dev, memory_order_relaxed);
	return true;
}

int pl_os_open_append(const char *path, uint64_t *size)
{
	/* O_NONBLOCK: a FIFO that nobody reads is refused, not waited for. */
	long fd = pl_os_call(SYS_openat, AT_FDCWD, path,
			     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
				     O_NOCTTY,
			     0600);
	struct stat file = {.st_mode = 0};

	if (fd < 0)
		return -1;
	if (pl_os_call(SYS_fstat, fd, &file) != 0 || !is_plain(fd, &file)) {
		pl_os_call(SYS_close, fd);
		return -1;
	}
	*size = (uint64_t)file.st_size;
	return (int)fd;
}

/*
 * Makes only calls that opening a file takes as well: a filter of system calls may allow no others.
 */
bool pl_os_root(uint64_t root[2])
{
	long fd = pl_os_call(SYS_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC);
	struct stat folder = {.st_mode = 0};
	bool known;

	if (fd < 0)
		return false;
	known = pl_os_call(SYS_fstat, fd, &folder) == 0;
	pl_os_call(SYS_close, fd);
	root[0] = folder.st_dev;
	root[1] = folder.st_ino;
	return known;
}

void pl_os_close(int fd)
{
	pl_os_call(SYS_close, fd);
}

/* ---- the pipe of another process ------------------------------------------------------------- */

int pl_os_open_pipe(const char *path, uint64_t *id)
{
	/* O_NONBLOCK: a pipe that nobody reads is refused, and one that is full is tried again. */
	long fd = pl_os_call(SYS_openat, AT_FDCWD, path,
			     O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
	struct stat file = {.st_mode = 0};

	if (fd < 0)
		return fd == -EACCES || fd == -EPERM ? PL_OS_DENIED : -1;
	if (pl_os_call(SYS_fstat, fd, &file) != 0 || !S_ISFIFO(file.st_mode) ||
	    (*id != 0 && *id != file.st_ino)) {
		pl_os_call(SYS_close, fd);
		return -1;
	}
	if (*id == 0)
		*id = file.st_ino;
	return (int)fd;
}

bool pl_os_write_pipe(int fd, const void *head, size_t head_size, const void *text, size_t size,
		      uint64_t wait_ms)
{
	struct iovec parts[] = {{(void *)(uintptr_t)head, head_size},
				{(void *)(uintptr_t)text, size}};
	struct wait wait = {.most_ms = wait_ms};
	uint64_t before;
	long written;

	keep_signals_away(&before);
	do
		written = pl_os_call(SYS_writev, fd, parts, 2);
	while (written == -EINTR || (written == -EAGAIN && wait_on(&wait)));
	let_signals_come(&before, written);
	return written == (long)(head_size + size);
}
