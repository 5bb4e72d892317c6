/* SPDX-License-Identifier: MIT */
/*
 * Says which entry points are not ours: requests that do not come here are not guarded, and nobody
 * may think that they are. It must not know when that is to be proved.
 */
#include "entry/proof.h"

#include "entry/armed.h"
#include "common/channel.h"
#include "common/entries.h"
#include "common/format.h"
#include "record/image.h"
#include "report/report.h"
#include "thread/thread.h"

#include <stdatomic.h>

static void say_missing(unsigned missing)
{
	char buffer[448];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text, "not armed: ");
	pl_entries_append(&text, missing);
	pl_text_append(&text, " go%s to another allocator",
		       (missing & (missing - 1)) == 0 ? "es" : "");
	pl_report_message(buffer);
}

/* Nothing is served, so nothing can be proved, but no entry point is another allocator's. */
static void say_no_allocator(void)
{
	if (pl_channel() != NULL)
		PL_CHANNEL_COUNT(allocator_failed);
	else
		pl_report_message("not armed: no memory for the allocator to start with (is there "
				  "a limit, as of ulimit -v?); requests fail until there is");
}

unsigned pl_proof(unsigned entries)
{
	unsigned missing;

	if (pl_thread_self() == NULL) {
		say_no_allocator();
		return 0;
	}
	missing = pl_armed_missing(entries);
	if (pl_image() != NULL)
		atomic_fetch_or_explicit(&pl_image()->entries_missing, missing,
					 memory_order_relaxed);
	if (pl_channel() != NULL)
		atomic_fetch_or_explicit(&pl_channel()->entries_missing, missing,
					 memory_order_relaxed);
	else if (missing != 0)
		say_missing(missing);
	return missing;
}
