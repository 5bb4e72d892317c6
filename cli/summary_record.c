/* SPDX-License-Identifier: MIT */
/* What a run that was recorded has in its record, in words. It must not judge. */
#define _GNU_SOURCE
#include "summary.h"

#include "say.h"

#include <inttypes.h>
#include <string.h>

struct summary_recorded summary_recorded(const struct record *record)
{
	const struct profile *profile = &record->profile;
	struct summary_recorded recorded = {.processes = profile->process_count};

	for (size_t i = 0; i < profile->row_count; i++) {
		const struct pl_profile_row *row = &profile->rows[i].counts;

		recorded.requests += row->requests;
		recorded.bytes += row->bytes;
		recorded.frees += row->frees;
		recorded.requests_locked += profile->rows[i].phase != 0 ? row->requests : 0;
	}
	for (size_t i = 0; i < profile->process_count; i++) {
		recorded.unplaced += profile->processes[i].counts.unplaced;
		recorded.blocks_unknown += profile->processes[i].counts.blocks_unknown;
	}
	for (size_t i = 0; i < record->image_count; i++)
		recorded.without += record->images[i].begin != 0;
	recorded.without -=
		recorded.without < recorded.processes ? recorded.without : recorded.processes;
	return recorded;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void say_limits(const struct summary_recorded *recorded)
{
	if (recorded->without > 0)
		say("not recorded: %" PRIu64
		    " process%s: a limit (ulimit -v), no room for more, or "
		    "a fork() in a handler",
		    recorded->without, recorded->without == 1 ? "" : "es");
	if (recorded->unplaced > 0)
		say("no room for the call stacks of %" PRIu64 " request%s: they are counted "
		    "without",
		    recorded->unplaced, plural(recorded->unplaced));
	if (recorded->blocks_unknown > 0)
		say("no memory to remember %" PRIu64 " block%s: frees of them are not counted",
		    recorded->blocks_unknown, plural(recorded->blocks_unknown));
}

void summary_record_words(char words[SUMMARY_WORDS_SIZE], const struct record *record,
			  const struct child_end *end, bool still_runs,
			  const struct arguments *arguments)
{
	struct summary_recorded recorded = summary_recorded(record);
	struct pl_text text = pl_text_in(words, SUMMARY_WORDS_SIZE);

	say_limits(&recorded);
	pl_text_append(&text, "recorded: %lu request%s for %lu byte%s of %lu process%s",
		       (unsigned long)recorded.requests, plural(recorded.requests),
		       (unsigned long)recorded.bytes, plural(recorded.bytes),
		       (unsigned long)recorded.processes, recorded.processes == 1 ? "" : "es");
	if (recorded.requests_locked > 0)
		pl_text_append(&text, ", %lu while locked",
			       (unsigned long)recorded.requests_locked);
	if (still_runs)
		pl_text_append(&text, "; one still runs, and is recorded no further");
	if (end->status != 0 && end->signal == 0)
		pl_text_append(&text, "; the program ended with status %lu",
			       (unsigned long)end->status);
	summary_append_signal(&text, end);
	pl_text_append(&text, "; `phaselock report ");
	pl_text_quote(&text, arguments->output);
	pl_text_append(&text, "` shows it");
}
