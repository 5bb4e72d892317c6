/* SPDX-License-Identifier: MIT */
/*
 * What a page says of time: as many points of each process as there is room for. Late requests are
 * counted up to each point, so that leaving points out loses none of them.
 */
#include "html_page.h"

#include "emit.h"

#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct point {
	uint64_t process, time_ns, live_bytes, live_blocks, requests, frees, resident, phase, late;
};

/* The points of one process in a view. */
struct span {
	const struct view_point *points;
	size_t count;
};

static struct span next_span(const struct profile_view *view, size_t from)
{
	struct span span = {view->points + from, 0};

	while (from + span.count < view->point_count &&
	       span.points[span.count].process == span.points[0].process)
		span.count++;
	return span;
}

/* Keeps about so many points: the first and the last, the highest, changes of the phase, and others
 * at equal distances. Changes are kept only while they leave room. */
static bool *choose(struct span span, size_t most)
{
	bool *kept = emit_checked(calloc(span.count, sizeof(*kept)));
	size_t step = (span.count + most - 1) / most, highest = 0, changes = 0;

	for (size_t i = 0; i < span.count; i++) {
		changes += span.points[i].is_change;
		if (span.points[i].live_bytes > span.points[highest].live_bytes)
			highest = i;
	}
	for (size_t i = 0; i < span.count; i++)
		kept[i] = i % step == 0 || (span.points[i].is_change && changes <= most);
	kept[highest] = kept[span.count - 1] = true;
	return kept;
}

/* Returns how many points it has added. */
static size_t add_span(struct span span, uint64_t process, size_t most, struct point *points)
{
	bool *kept = choose(span, most);
	uint64_t late = 0;
	size_t count = 0;

	for (size_t i = 0; i < span.count; i++) {
		const struct view_point *from = &span.points[i];

		if (i > 0 && from[-1].phase == REPORT_LOCKED && from->requests > from[-1].requests)
			late += from->requests - from[-1].requests;
		if (!kept[i])
			continue;
		points[count++] = (struct point){
			.process = process,
			.time_ns = from->time_ns,
			.live_bytes = from->live_bytes,
			.live_blocks = from->live_blocks,
			.requests = from->requests,
			.frees = from->frees,
			.resident = from->resident,
			.phase = from->phase,
			.late = late,
		};
	}
	free(kept);
	return count;
}

void html_write_points(struct html_page *page)
{
	static const struct html_column columns[] = {
		{"process", offsetof(struct point, process)},
		{"time_ns", offsetof(struct point, time_ns)},
		{"live_bytes", offsetof(struct point, live_bytes)},
		{"live_blocks", offsetof(struct point, live_blocks)},
		{"requests", offsetof(struct point, requests)},
		{"frees", offsetof(struct point, frees)},
		{"resident", offsetof(struct point, resident)},
		{"phase", offsetof(struct point, phase)},
		{"late", offsetof(struct point, late)},
	};
	const struct profile_view *view = page->tree->views[HTML_NEW];
	size_t all = view != NULL ? view->point_count : 0, spans = 0, count = 0;
	struct point *points = emit_checked(calloc(all + 1, sizeof(*points)));

	for (size_t i = 0; i < all; i += next_span(view, i).count)
		spans++;
	for (size_t i = 0; i < all;) {
		struct span span = next_span(view, i);
		uint32_t process = view->processes[span.points[0].process].image;

		if (process < page->limits.processes)
			count += add_span(span, process, page->limits.points / spans + 1,
					  points + count);
		i += span.count;
	}
	html_columns_write("points", columns, COUNT_OF(columns), points, sizeof(*points), count,
			   page->out);
	free(points);
}
