/* SPDX-License-Identifier: MIT */
/*
 * The barrier and the lock on Linux. It must not know what is locked.
 */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stdatomic.h>
#include <time.h>

bool pl_os_barrier(void)
{
	long result = pl_os_call(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED);

	if (result == -EPERM) { /* not registered yet: in the constructor, or in a child of vfork */
		pl_os_call(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
		result = pl_os_call(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	}
	if (result != 0)
		atomic_thread_fence(memory_order_seq_cst);
	return result == 0;
}

bool pl_os_wait(_Atomic uint32_t *word, uint32_t value, const struct timespec *end)
{
	return pl_os_call(SYS_futex, word,
			  FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, value, end,
			  NULL, FUTEX_BITSET_MATCH_ANY) != -ETIMEDOUT;
}

void pl_os_wake(_Atomic uint32_t *word)
{
	pl_os_call(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
}

/* ---- the lock -------------------------------------------------------------------------------- */

static bool take(struct pl_os_lock *lock, uint32_t seen, uint32_t self)
{
	/* acquire: pairs with the release by the last holder */
	return atomic_compare_exchange_strong_explicit(&lock->word, &seen, self,
						       memory_order_acquire, memory_order_relaxed);
}

/*
 * Waits for at most a second; returns whether the lock is the caller's. If the kernel has no locks
 * of this kind, or a filter forbids them, this is a short sleep and another try.
 */
static bool wait_a_second(struct pl_os_lock *lock, uint32_t self)
{
	static const struct timespec rest = {0, 1000000};
	struct timespec end = {0, 0};
	uint32_t seen;
	long result;

	pl_os_clock(CLOCK_REALTIME, &end);
	end.tv_sec++;
	result = pl_os_call(SYS_futex, &lock->word, FUTEX_LOCK_PI_PRIVATE, 0, &end);
	if (result == 0) {
		/* The kernel made it the caller's. acquire: pairs with the release before. */
		atomic_load_explicit(&lock->word, memory_order_acquire);
		return true;
	}
	seen = atomic_load_explicit(&lock->word, memory_order_relaxed);
	if (seen == 0 || result == -ESRCH) /* open by now, or the holder is no thread any more */
		return take(lock, seen, self);
	if (result != -ETIMEDOUT)
		pl_os_call(SYS_nanosleep, &rest, NULL);
	return false;
}

/*
 * Lets signals come in between, so that a process in which this takes for ever can be ended. Says
 * so once for each wait.
 */
static PL_COLD void wait_for(struct pl_os_lock *lock, struct pl_os_signals *before, uint32_t self)
{
	static const char message[] =
		"phaselock: waiting for a lock of the library that another thread has held for a "
		"second; signals are delivered meanwhile\n";
	bool said = false;

	while (!wait_a_second(lock, self)) {
		if (!said)
			pl_os_write_stderr(message, sizeof(message) - 1, 0);
		said = true;
		pl_os_restore_signals(before);
		pl_os_block_signals(before);
	}
}

void pl_os_lock(struct pl_os_lock *lock, struct pl_os_signals *before)
{
	uint32_t self = (uint32_t)pl_os_thread_id();

	pl_os_block_signals(before);
	if (PL_UNLIKELY(!take(lock, 0, self)))
		wait_for(lock, before, self);
}

void pl_os_unlock(struct pl_os_lock *lock, const struct pl_os_signals *before)
{
	uint32_t self = atomic_load_explicit(&lock->word, memory_order_relaxed) & FUTEX_TID_MASK;

	/* release: what was done under the lock comes before the next acquire */
	if (!atomic_compare_exchange_strong_explicit(&lock->word, &self, 0, memory_order_release,
						     memory_order_relaxed)) {
		/* Somebody waits: the kernel will change the word. */
		atomic_fetch_or_explicit(&lock->word, 0, memory_order_release);
		pl_os_call(SYS_futex, &lock->word, FUTEX_UNLOCK_PI_PRIVATE);
	}
	pl_os_restore_signals(before);
}
