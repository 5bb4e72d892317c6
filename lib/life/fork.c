/* SPDX-License-Identifier: MIT */
/*
 * What becomes of the library in a forked child, and of a child that leaves the run of its parent.
 * It only orders the calls; each part knows what it has to give up.
 */
#define _GNU_SOURCE
#include "life/fork.h"

#include "common/channel.h"
#include "common/os.h"
#include "profile/profile.h"
#include "record/image.h"
#include "reaction/violation.h"
#include "report/report.h"
#include "report/sink.h"
#include "report/symbolizer.h"
#include "request/control.h"
#include "request/moment.h"
#include "request/recorded.h"
#include "stack/loaded.h"
#include "thread/locks.h"
#include "thread/phase.h"
#include "thread/stats.h"
#include "thread/thread.h"

#include <pthread.h>

#include <phaselock/phaselock.h>

/* Written in the child of a fork, before it has other threads. */
static bool is_forked;

/* The process in which the constructor ran. A process with another number is its child. */
static uint64_t first_process;

void phaselock_detach_child(void)
{
	if (first_process == 0 || pl_os_process_id() == first_process)
		return;
	if (pl_channel_may_leave()) {
		pl_profile_stop();
		pl_image_leave();
		pl_channel_leave();
		pl_moment_leave();
	}
	pl_sink_use_stderr();
	pl_symbolizer_stop();
}

/*
 * What a handler has interrupted goes on in the child, with the profile of the parent. That stays
 * mapped then, and the child has none.
 */
static void begin_profile(void)
{
	if (pl_recorded_is_under_way())
		pl_profile_stop();
	else
		pl_profile_fork_child();
}

static void fork_child(void)
{
	is_forked = true;
	pl_loaded_fork_child();
	pl_locks_fork_child();
	pl_thread_fork_child();
	pl_phase_fork_child();
	pl_violation_fork_child();
	pl_report_fork_child();
	if (pl_channel() != NULL) {
		pl_stats_publish_nothing();
		pl_channel_adopt();
		pl_image_begin(PL_LAYOUT_FORK);
		begin_profile();
		pl_control_fork_child();
	} else if (pl_image() != NULL) {
		pl_image_begin(PL_LAYOUT_FORK);
		begin_profile();
	}
}

/* In the child of a process where another copy of the library does everything else. */
static void fork_child_of_other(void)
{
	pl_locks_fork_child();
	pl_thread_fork_child();
}

void pl_fork_start(void)
{
	if (first_process != 0)
		return;
	first_process = pl_os_process_id();
	pl_thread_self();
	pthread_atfork(NULL, NULL, fork_child);
}

void pl_fork_start_beside(void)
{
	pthread_atfork(NULL, NULL, fork_child_of_other);
}

bool pl_fork_is_child(void)
{
	return is_forked;
}
