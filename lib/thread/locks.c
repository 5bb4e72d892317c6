/* SPDX-License-Identifier: MIT */
/* The locks of the library, and the memory that they lie in. It must not know what they guard. */
#include "thread/locks.h"

#include <string.h>

/*
 * A page of its own, because the kernel zeroes whole pages (madvise(2), MADV_WIPEONFORK, Linux
 * 4.14).
 */
static _Alignas(PL_PAGE_SIZE) struct {
	struct pl_os_lock locks[PL_LOCKS];
	bool known; /* under PL_LOCK_THREADS: pl_locks_are_new() has returned true */
	char rest[PL_PAGE_SIZE - PL_LOCKS * sizeof(struct pl_os_lock) - sizeof(bool)];
} page;

_Static_assert(sizeof(page) == PL_PAGE_SIZE, "nothing else is zeroed");

/* Written while there is no second thread, and in a forked child. */
static bool wiped_by_kernel;

void pl_lock(enum pl_lock lock, struct pl_os_signals *before)
{
	pl_os_lock(&page.locks[lock], before);
}

void pl_unlock(enum pl_lock lock, const struct pl_os_signals *before)
{
	pl_os_unlock(&page.locks[lock], before);
}

bool pl_locks_are_new(void)
{
	if (PL_LIKELY(page.known) || pl_os_thread_id() != pl_os_process_id())
		return false;
	page.known = true;
	return true;
}

void pl_locks_start(void)
{
	if (!wiped_by_kernel)
		wiped_by_kernel = pl_os_wipe_on_fork(&page, sizeof(page));
}

void pl_locks_fork_child(void)
{
	if (!wiped_by_kernel)
		memset(&page, 0, sizeof(page));
}
