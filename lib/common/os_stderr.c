/* SPDX-License-Identifier: MIT */
/*
 * Descriptor 2. A program may close it, and the next file that it opens, its database, gets the
 * number. So what is there at the start is noted, and anything else gets a text only if it looks
 * meant for texts. It must not know what is written.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define KEPT_MAX 256 /* descriptors from here on are not looked at */

/*
 * Written by pl_os_note_stderr() in the constructor; until then, 2 is what the process started
 * with.
 */
static bool noted;
static struct stat at_start; /* st_mode 0: it was closed */

/*
 * Bytes that a pipe on descriptor 2 takes without a wait, if nobody else writes to it. It is half
 * of the capacity, because a pipe holds pages, and the rest of one may be too small for the next
 * text. Any thread subtracts, relaxed.
 */
static _Atomic int64_t room;

void pl_os_note_stderr(void)
{
	int unread = 0;
	long fits;

	if (pl_os_call(SYS_fstat, PL_OS_STDERR, &at_start) != 0)
		at_start.st_mode = 0;
	noted = true;
	if (!S_ISFIFO(at_start.st_mode))
		return;
	fits = pl_os_call(SYS_fcntl, PL_OS_STDERR, F_GETPIPE_SZ);
	if (fits > 0 && pl_os_call(SYS_ioctl, PL_OS_STDERR, FIONREAD, &unread) == 0 && unread == 0)
		atomic_store_explicit(&room, fits / 2, memory_order_relaxed);
}

static bool is_as_at_start(const struct stat *now)
{
	return now->st_dev == at_start.st_dev && now->st_ino == at_start.st_ino &&
	       now->st_rdev == at_start.st_rdev &&
	       (now->st_mode & S_IFMT) == (at_start.st_mode & S_IFMT);
}

/*
 * Whether something new looks as if it were put there for texts: nothing can be read from it,
 * programs that this one starts inherit it, and a file is open for appending.
 */
static bool is_for_texts(const struct stat *now)
{
	long flags = pl_os_call(SYS_fcntl, PL_OS_STDERR, F_GETFL);
	bool is_kind = S_ISFIFO(now->st_mode) || S_ISCHR(now->st_mode) ||
		       (S_ISREG(now->st_mode) && (flags & O_APPEND) != 0);

	return flags >= 0 && is_kind && (flags & O_ACCMODE) == O_WRONLY &&
	       pl_os_call(SYS_fcntl, PL_OS_STDERR, F_GETFD) == 0;
}

/*
 * Whether what was there at the start is kept under another number, to be put back: a test runner
 * does so while it captures descriptor 2 in a file of its own. The null device does not count,
 * because everybody has it open.
 */
static bool is_kept(void)
{
	bool is_null = S_ISCHR(at_start.st_mode) && at_start.st_rdev == makedev(1, 3);
	struct stat file = {.st_mode = 0};

	for (int fd = PL_OS_STDERR + 1; fd < KEPT_MAX && at_start.st_mode != 0 && !is_null; fd++)
		if (pl_os_call(SYS_fstat, fd, &file) == 0 && is_as_at_start(&file))
			return true;
	return false;
}

/*
 * Takes room for a text; returns whether there was enough. A text without enough room may fill the
 * pipe, so after the first one there is room for none.
 */
static bool take_room(size_t size)
{
	/* Load first, so that the number does not become ever smaller. */
	if (atomic_load_explicit(&room, memory_order_relaxed) >= (int64_t)size &&
	    atomic_fetch_sub_explicit(&room, (int64_t)size, memory_order_relaxed) >= (int64_t)size)
		return true;
	atomic_store_explicit(&room, 0, memory_order_relaxed);
	return false;
}

size_t pl_os_write_stderr(const void *text, size_t size, uint64_t wait_ms)
{
	struct stat now = {.st_mode = 0};
	long result = pl_os_call(SYS_fstat, PL_OS_STDERR, &now);
	bool is_known = !noted || is_as_at_start(&now);
	enum pl_os_way way = PL_OS_PLAIN;

	/* If a filter refuses fstat(2), there is nothing to judge by: write. */
	if (result == -EBADF || (result == 0 && !is_known && !is_for_texts(&now) && !is_kept()))
		return 0;
	if (S_ISSOCK(now.st_mode))
		way = PL_OS_SOCKET;
	else if (S_ISFIFO(now.st_mode) && !(is_known && take_room(size)))
		way = PL_OS_PIPE;
	return pl_os_write(PL_OS_STDERR, way, text, size, wait_ms);
}
