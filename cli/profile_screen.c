/* SPDX-License-Identifier: MIT */
/*
 * The screen of a profile: sums above, remarks below, and between them as much as has room. It must
 * not know how a row looks.
 */
#define _GNU_SOURCE
#include "profile_screen.h"

#include "emit.h"
#include "escape.h"
#include "profile_words.h"
#include "screen_line.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINES_LEAST 4

/* ---- above ----------------------------------------------------------------------------------- */

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void write_command(FILE *out, const struct report *report,
			  const struct profile_screen *screen)
{
	char *quoted = emit_checked(escape_copy(report->command));

	screen_style(out, &screen->screen, SCREEN_BOLD);
	screen_put(out, quoted, screen->screen.width);
	screen_style(out, &screen->screen, SCREEN_PLAIN);
	fputc('\n', out);
	free(quoted);
}

static void write_sums(FILE *out, const struct profile_view *view)
{
	struct view_figures all = view_both(view->totals);
	uint64_t peak = 0;
	char number[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE];

	for (size_t i = 0; i < view->process_count; i++)
		peak = view->processes[i].peak_bytes > peak ? view->processes[i].peak_bytes : peak;
	fprintf(out, "%s request%s", profile_number(all.requests, number), plural(all.requests));
	fprintf(out, ", %s", screen_bytes(all.bytes, bytes));
	fprintf(out, "; peak %s%s", screen_bytes(peak, bytes),
		view->process_count > 1 ? " in one process" : "");
	fprintf(out, "; live at the end %s\n", screen_bytes(all.live_bytes, bytes));
}

static size_t late_sites(const struct profile_view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < view->site_count; i++)
		count += view->sites[i].figures[REPORT_LOCKED].requests > 0;
	return count;
}

static void write_late(FILE *out, const struct profile_view *view)
{
	const struct view_figures *late = &view->totals[REPORT_LOCKED];
	char number[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE];
	size_t sites = late_sites(view);

	if (!view->was_locked) {
		fputs("the program never locked its heap: nothing is late\n", out);
		return;
	}
	fprintf(out, "while locked: %s request%s", profile_number(late->requests, number),
		plural(late->requests));
	fprintf(out, ", %s, at %zu site%s", screen_bytes(late->bytes, bytes), sites, plural(sites));
	fprintf(out, "; %s of it live at the end\n", screen_bytes(late->live_bytes, bytes));
}

static const char *what_is_shown(enum view_measure measure)
{
	static const char *const words[VIEW_MEASURES] = {
		[VIEW_LATE] = "asked for while locked",
		[VIEW_BYTES] = "by bytes asked for",
		[VIEW_COUNT] = "by requests",
		[VIEW_PEAK] = "live at the peak",
		[VIEW_TEMPORARY] = "temporary: freed by the thread's next heap operation",
		[VIEW_LEAKED] = "live at the end; first what was born while locked",
	};

	return words[measure];
}

/* ---- below ----------------------------------------------------------------------------------- */

static uint64_t sum_of(const struct profile_view *view, size_t offset)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < view->process_count; i++) {
		uint64_t one;

		memcpy(&one, (const char *)&view->processes[i] + offset, sizeof(one));
		if (__builtin_add_overflow(sum, one, &sum))
			sum = UINT64_MAX;
	}
	return sum;
}

/* What keeps the figures from being all there is. */
static void write_limits(FILE *out, const struct profile_view *view)
{
	uint64_t unplaced = sum_of(view, offsetof(struct view_process, unplaced));
	uint64_t unknown = sum_of(view, offsetof(struct view_process, blocks_unknown));
	uint64_t rate = sum_of(view, offsetof(struct view_process, rate));
	char number[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE];

	if (rate > 0)
		fprintf(out, "sampled, every %s on average: figures are estimates\n",
			screen_bytes(rate / view->process_count, bytes));
	if (unplaced > 0)
		fprintf(out,
			"no room for the stacks of %s requests: they have a row of their own\n",
			profile_number(unplaced, number));
	if (unknown > 0)
		fprintf(out, "no room to remember %s blocks: they seem live to the end\n",
			profile_number(unknown, number));
	if (view->straddling > 0)
		fprintf(out, "%zu row%s had requests before that time: they count whole\n",
			view->straddling, plural(view->straddling));
	for (uint32_t i = 0; i < view->process_count; i++)
		if (view_hides_requests(view, i)) {
			fputs("python serves small requests itself: record it with "
			      "PYTHONMALLOC=malloc to see them\n",
			      out);
			break;
		}
}

static void write_verdict(FILE *out, const struct report *report)
{
	uint64_t violations = report->sites_lost;

	for (size_t i = 0; i < report->site_count; i++)
		violations += report->sites[i].count;
	if (violations > 0)
		fprintf(out, "%" PRIu64 " violation%s: --violations shows %s\n", violations,
			plural(violations), violations == 1 ? "it" : "them");
	if (report->verdict[0] == '\0')
		fputs("the run did not come to its end: this is what there was\n", out);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* What is worth a look first: what is late; if nothing is, what is large. */
static enum view_measure measure_of(const struct profile_view *view,
				    const struct profile_screen *screen)
{
	if (screen->is_measured)
		return screen->measure;
	return view->totals[REPORT_LOCKED].requests > 0 ? VIEW_LATE : VIEW_BYTES;
}

static char *text_above(const struct report *report, const struct profile_screen *screen)
{
	char *text;
	size_t size;
	FILE *out = emit_checked(open_memstream(&text, &size));

	write_command(out, report, screen);
	write_sums(out, report->profile);
	write_late(out, report->profile);
	if (fclose(out) != 0)
		emit_no_memory();
	return text;
}

static char *text_below(const struct report *report)
{
	char *text;
	size_t size;
	FILE *out = emit_checked(open_memstream(&text, &size));

	write_limits(out, report->profile);
	write_verdict(out, report);
	if (fclose(out) != 0)
		emit_no_memory();
	return text;
}

void profile_screen_print(FILE *out, const struct report *report,
			  const struct profile_screen *wanted)
{
	const struct profile_view *view = report->profile;
	struct profile_screen screen = *wanted;
	char *above = text_above(report, wanted), *below = text_below(report);
	/* a line for what is shown, and one for the shell */
	size_t taken = count_lines(above) + count_lines(below) + 2;
	size_t lines = screen.screen.height > taken + LINES_LEAST ? screen.screen.height - taken
								  : LINES_LEAST;

	screen.measure = measure_of(view, wanted);
	fputs(above, out);
	fprintf(out, "%s:\n", what_is_shown(screen.measure));
	if (screen.form == PROFILE_FULL)
		profile_screen_full(out, view, &screen);
	else if (screen.form == PROFILE_TABLE)
		profile_screen_table(out, view, &screen, lines);
	else
		profile_screen_tree(out, view, &screen, lines);
	fputs(below, out);
	free(above);
	free(below);
}
