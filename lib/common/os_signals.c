/* SPDX-License-Identifier: MIT */
/* Blocks the signals of a thread, on Linux. */
#define _GNU_SOURCE
#include "common/os.h"

#include "common/os_call.h"

#include <signal.h>

/*
 * The size of the kernel's signal set. libc's functions would keep the signals of cancellation
 * unblocked.
 */
#define KERNEL_SIGNAL_SET_SIZE sizeof(uint64_t)

void pl_os_block_signals(struct pl_os_signals *before)
{
	static const uint64_t all = UINT64_MAX;

	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before->mask, KERNEL_SIGNAL_SET_SIZE);
}

void pl_os_restore_signals(const struct pl_os_signals *before)
{
	pl_os_call(SYS_rt_sigprocmask, SIG_SETMASK, &before->mask, NULL, KERNEL_SIGNAL_SET_SIZE);
}
