/* SPDX-License-Identifier: MIT */
/*
 * A profile as DHAT's file of version 2, for its viewer dh_view.html. The innermost frame is the
 * phase, as no field has it: the viewer's tree begins with it. The viewer takes each list of frames
 * once, so all threads, processes and entry points of a stack and phase are one. It must not know
 * of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "profile_words.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

/* Indices of frames in the file: the root, the phases, then those of the view. */
enum { FRAME_ROOT, FRAME_PHASES, FRAME_FIRST = FRAME_PHASES + REPORT_PHASES };

static json_t *frame_of(const struct report_frame *frame)
{
	char *text;
	size_t size;
	FILE *out = emit_checked(open_memstream(&text, &size));
	json_t *made;

	profile_write_valgrind(frame, out);
	if (fclose(out) != 0)
		emit_no_memory();
	made = json_string(text);
	free(text);
	return made;
}

static void write_frames(const struct profile_view *view, FILE *out)
{
	struct emit_list list = {.out = out};

	fputs("\"ftbl\":[", out);
	emit_element(&list, json_string("[root]"));
	for (int phase = 0; phase < REPORT_PHASES; phase++)
		emit_element(&list,
			     json_sprintf("[born %s]", phase == REPORT_LOCKED ? "while locked"
									      : "before the lock"));
	for (size_t i = 0; i < view->frame_count; i++)
		emit_element(&list, frame_of(&view->frames[i].frame));
	fputs("\n]", out);
}

static void write_point(const struct profile_view *view, uint32_t node, int phase,
			const struct view_figures *figures, FILE *out)
{
	fprintf(out,
		"{\"tb\":%" PRIu64 ",\"tbk\":%" PRIu64 ",\"tl\":%" PRIu64 ",\"mb\":%" PRIu64
		",\"mbk\":%" PRIu64 ",\"gb\":%" PRIu64 ",\"gbk\":%" PRIu64 ",\"eb\":%" PRIu64
		",\"ebk\":%" PRIu64 ",\"fs\":[%d",
		emit_bounded(figures->bytes), emit_bounded(figures->requests),
		figures->lifetime_ns / 1000, emit_bounded(figures->own_peak_bytes),
		emit_bounded(figures->own_peak_blocks), emit_bounded(figures->peak_bytes),
		emit_bounded(figures->peak_blocks), emit_bounded(figures->live_bytes),
		emit_bounded(figures->live_blocks), FRAME_PHASES + phase);
	for (; node != VIEW_NONE; node = view->nodes[node].parent)
		fprintf(out, ",%" PRIu64, FRAME_FIRST + (uint64_t)view->nodes[node].frame);
	fputs("]}", out);
}

/* Rows in the order of their nodes, so that those of one node are neighbours. */
static int compare_rows(const void *a, const void *b)
{
	const struct view_row *x = *(const struct view_row *const *)a;
	const struct view_row *y = *(const struct view_row *const *)b;

	if (x->node != y->node)
		return x->node > y->node ? 1 : -1;
	return (int)x->phase - (int)y->phase;
}

static void write_points(const struct profile_view *view, FILE *out)
{
	const struct view_row **rows = emit_checked(calloc(view->row_count + 1, sizeof(*rows)));
	const char *comma = "\n";

	for (size_t i = 0; i < view->row_count; i++)
		rows[i] = &view->rows[i];
	qsort(rows, view->row_count, sizeof(*rows), compare_rows);
	fputs("\"pps\":[", out);
	for (size_t i = 0, next; i < view->row_count; i = next) {
		struct view_figures figures = {.requests = 0};

		for (next = i; next < view->row_count && compare_rows(&rows[i], &rows[next]) == 0;
		     next++)
			view_add(&figures, &rows[next]->figures);
		fputs(comma, out);
		write_point(view, rows[i]->node, rows[i]->phase, &figures, out);
		comma = ",\n";
	}
	fputs("\n],\n", out);
	free(rows);
}

/* When most was live in the process with the highest peak, and when the last thing happened. */
static void find_times(const struct profile_view *view, uint64_t *peak_ns, uint64_t *end_ns)
{
	uint64_t most = 0;

	*peak_ns = 0;
	*end_ns = view_both(view->totals).last_ns;
	for (size_t i = 0; i < view->process_count; i++)
		if (view->processes[i].peak_bytes > most) {
			most = view->processes[i].peak_bytes;
			*peak_ns = view->processes[i].peak_ns;
		}
	for (size_t i = 0; i < view->point_count; i++)
		if (view->points[i].time_ns > *end_ns)
			*end_ns = view->points[i].time_ns;
}

void report_write_dhat(const struct report *report, const struct report_options *options, FILE *out)
{
	const struct profile_view *view = report->profile;
	uint64_t peak_ns, end_ns;

	(void)options;
	find_times(view, &peak_ns, &end_ns);
	fputs("{\n", out);
	emit_members(json_pack("{s:i, s:s, s:s, s:b, s:b, s:s, s:s, s:i, s:o, s:o, s:o, s:o}",
			       "dhatFileVersion", 2, "mode", "phaselock", "verb", "Allocated",
			       "bklt", 1, "bkacc", 0, "tu", "\xc2\xb5s", "Mtu", "s", "tuth", 1000,
			       "cmd", emit_name(report->command), "pid",
			       emit_number(view->process_count > 0 ? view->processes[0].id : 0),
			       "tg", emit_number(peak_ns / 1000), "te", emit_number(end_ns / 1000)),
		     out);
	fputs(",\n", out);
	write_points(view, out);
	write_frames(view, out);
	fputs("\n}\n", out);
}
