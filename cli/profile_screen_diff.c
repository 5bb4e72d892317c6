/* SPDX-License-Identifier: MIT */
/*
 * What is new, gone, grown and less in a profile, on a screen. It must not know how that is found.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "frame.h"
#include "profile_budget.h"
#include "profile_screen.h"
#include "profile_words.h"
#include "screen_line.h"

#include <stdlib.h>
#include <string.h>

#define NUMBER_WIDTH 12
#define WORD_WIDTH 5

static const char *word_of(const struct profile_change *change)
{
	if (change->before == 0)
		return "new";
	if (change->now == 0)
		return "gone";
	return change->now > change->before ? "grown" : "less";
}

/* "+1.5 KiB", "-12". */
static void write_number(FILE *out, const struct profile_change *change, bool is_bytes)
{
	bool is_more = change->now > change->before;
	uint64_t number = is_more ? change->now - change->before : change->before - change->now;
	char text[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE];
	const char *shown = is_bytes ? screen_bytes(number, bytes) : profile_number(number, text);

	fprintf(out, "%*s%c%s", (int)(NUMBER_WIDTH - 1 - strlen(shown)), "", is_more ? '+' : '-',
		shown);
}

static void write_change(FILE *out, const struct profile_view *view, const struct profile_view *old,
			 const struct profile_screen *screen, const struct profile_change *change)
{
	const struct profile_view *from = change->site != NULL ? view : old;
	const struct view_site *site = change->site != NULL ? change->site : change->old;
	const struct report_frame *origin =
		site->origin != VIEW_NONE ? view_frame_of(from, site->origin) : NULL;
	const char *entry = view_entry_name(site->entry);
	size_t before = 2 + WORD_WIDTH + NUMBER_WIDTH + 1 + strlen(entry) + 2, width;
	struct screen_where where = {0};
	char *name = NULL;

	width = screen->screen.width;
	if (origin != NULL) {
		where = (struct screen_where){.module = origin->module,
					      .file = origin->file,
					      .line = origin->line,
					      .offset = origin->function == NULL ? origin->offset
										 : 0};
		if (origin->function != NULL) {
			struct slice part = frame_short_name(origin->function);

			name = emit_checked(strndup(part.start, part.length));
		}
	}
	fprintf(out, "  %-*s", WORD_WIDTH, word_of(change));
	write_number(out, change, view_measure_is_bytes(screen->measure));
	fprintf(out, " %s  ", entry);
	screen_put_place(out, &screen->screen, name, NULL, &where,
			 width > before + 16 ? width - before : 16);
	fputc('\n', out);
	free(name);
}

static void write_sum(FILE *out, const char *what, uint64_t before, uint64_t now, bool is_bytes)
{
	char first[PROFILE_NUMBER_SIZE], second[PROFILE_NUMBER_SIZE];
	char old_bytes[SCREEN_BYTES_SIZE], new_bytes[SCREEN_BYTES_SIZE];

	fprintf(out, "%s %s, now %s", what,
		is_bytes ? screen_bytes(before, old_bytes) : profile_number(before, first),
		is_bytes ? screen_bytes(now, new_bytes) : profile_number(now, second));
}

static void write_sums(FILE *out, const struct profile_view *view, const struct profile_view *old)
{
	struct view_figures now = view_both(view->totals), before = view_both(old->totals);

	write_sum(out, "requests: before", before.requests, now.requests, false);
	write_sum(out, "; bytes:", before.bytes, now.bytes, true);
	fputc('\n', out);
	write_sum(out, "while locked: before", old->totals[REPORT_LOCKED].requests,
		  view->totals[REPORT_LOCKED].requests, false);
	write_sum(out, "; live at the end:", before.live_bytes, now.live_bytes, true);
	fputc('\n', out);
}

void profile_screen_diff(FILE *out, const struct profile_view *view, const struct profile_view *old,
			 const struct profile_screen *wanted)
{
	struct profile_screen screen = *wanted;
	struct profile_changes changes;
	size_t room = screen.screen.height > 8 ? screen.screen.height - 4 : 4, shown;

	if (!screen.is_measured)
		screen.measure = view->totals[REPORT_LOCKED].requests > 0 ||
						 old->totals[REPORT_LOCKED].requests > 0
					 ? VIEW_LATE
					 : VIEW_BYTES;
	changes = profile_compare(view, old, screen.measure);
	write_sums(out, view, old);
	fprintf(out, "sites by %s: %zu new, %zu gone, %zu grown, %zu less\n",
		view_measure_name(screen.measure), changes.fresh, changes.gone, changes.grown,
		changes.shrunk);
	shown = changes.count <= room ? changes.count : room - 1;
	if (screen.screen.top > 0)
		shown = screen.screen.top < changes.count ? screen.screen.top : changes.count;
	for (size_t i = 0; i < shown; i++)
		write_change(out, view, old, &screen, &changes.changes[i]);
	if (shown < changes.count)
		fprintf(out, "  and %zu more\n", changes.count - shown);
	profile_changes_free(&changes);
}
