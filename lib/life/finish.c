/* SPDX-License-Identifier: MIT */
/*
 * The end of the library: prints at exit, and writes the last of the record. It only orders the
 * calls.
 */
#define _GNU_SOURCE
#include "common/base.h"
#include "common/channel.h"
#include "common/format.h"
#include "common/settings.h"
#include "common/suppress.h"
#include "entry/copy.h"
#include "entry/unseen.h"
#include "life/closing.h"
#include "life/fork.h"
#include "profile/file.h"
#include "profile/profile.h"
#include "reaction/hot_functions.h"
#include "reaction/violation.h"
#include "record/image.h"
#include "report/report.h"
#include "report/sink.h"
#include "request/moment.h"
#include "thread/phase.h"
#include "thread/stats.h"
#include "thread/thread.h"

#include <phaselock/phaselock.h>
#include <phaselock/watch.h>

/* How many modules are named at exit. phaselock_unseen_modules() has all of them. */
#define UNSEEN_NAMED 16

/* What the library does not see must be said, and is no pass under `phaselock run`. */
static void report_unseen(void)
{
	struct phaselock_unseen unseen[UNSEEN_NAMED];
	size_t count = phaselock_unseen_modules(unseen, UNSEEN_NAMED);

	for (size_t i = 0; i < count && i < UNSEEN_NAMED; i++) {
		pl_closing_unseen(&unseen[i]);
		pl_channel_name(&unseen[i]);
	}
}

static void tell_suppressed(bool unmatched)
{
	for (unsigned i = 0; pl_suppress_pattern(i) != NULL; i++) {
		char buffer[2048];
		struct pl_text text = pl_text_in(buffer, sizeof(buffer));

		pl_suppress_tell(i, unmatched, &text);
		if (text.length > 0)
			pl_report_lines(buffer);
	}
}

__attribute__((destructor)) static void finish(void)
{
	if (pl_copy_is_in_front())
		return;
	pl_moment_end();
	pl_profile_end(pl_thread_registered());
	pl_violation_await_reports();
	if (pl_settings.options.stats) {
		struct phaselock_stats stats;

		phaselock_get_stats(&stats, sizeof(stats));
		pl_closing_stats(&stats);
		pl_image_statistics(&stats);
	}
	/* Or the command tells of them, unless it has ended. */
	if (pl_channel_record() == NULL || !pl_sink_reaches_command())
		pl_closing_sites();
	tell_suppressed(false);
	/* A forked child has its parent's patterns, but did only a part of the work itself. */
	if (!pl_fork_is_child())
		tell_suppressed(true);
	pl_hot_functions_complete();
	if (pl_channel() == NULL) /* else the command tells, of all processes */
		pl_closing_hot(!pl_fork_is_child());
	report_unseen();
	if (pl_channel() != NULL) {
		pl_stats_publish(pl_phase_is_locked());
		pl_channel_end();
		pl_image_end(PL_LAYOUT_EXIT);
	} else {
		pl_image_end(PL_LAYOUT_EXIT);
		pl_profile_file_end();
	}
}
