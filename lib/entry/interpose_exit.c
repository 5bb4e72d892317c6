/* SPDX-License-Identifier: MIT */
/*
 * _exit() and _Exit(), by which shells, workers and daemons end: `phaselock run` is told that the
 * process ends here, guarded. One that says nothing may have executed a program that is not. It
 * must not know what the command makes of it.
 *
 * Both are safe in signal handlers and before the constructor, and weak: a program may define its
 * own. A child in its parent's memory, as vfork() makes it, has no counts: the page is told only
 * that it ends here, and need not be awaited. They end by the system call, not by the next function
 * of that name: there is no safe way to look for it.
 */
#include "common/channel.h"
#include "common/os.h"
#include "record/image.h"
#include "request/moment.h"
#include "thread/phase.h"
#include "thread/stats.h"

PL_EXPORT _Noreturn void _exit(int status) __attribute__((weak));
PL_EXPORT _Noreturn void _Exit(int status) __attribute__((weak));

static _Noreturn void end(int status)
{
	if (pl_channel_is_own()) {
		pl_moment_end();
		pl_stats_publish(pl_phase_is_locked());
		pl_channel_end();
		pl_image_end(PL_LAYOUT_EXIT);
	} else {
		pl_channel_end_shared();
	}
	pl_os_exit(status);
}

void _exit(int status)
{
	end(status);
}

void _Exit(int status)
{
	end(status);
}
