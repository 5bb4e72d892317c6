/* SPDX-License-Identifier: MIT */
/* Leaves in a view what is asked for. It must not know how that is shown. */
#define _GNU_SOURCE
#include "profile_view.h"

#include "common/glob.h"
#include "emit.h"

#include <stdlib.h>
#include <string.h>

/* A number, or a pattern of names. */
static bool is_wanted(const char *wanted, uint32_t id, const char *name)
{
	char *end;
	unsigned long number;

	if (wanted == NULL)
		return true;
	number = strtoul(wanted, &end, 10);
	if (end != wanted && *end == '\0')
		return number == id;
	return pl_glob_matches(wanted, name);
}

/* When a process was first locked; UINT64_MAX: never. */
static uint64_t first_lock(const struct profile_view *view, uint32_t process)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < view->point_count; i++) {
		const struct view_point *point = &view->points[i];

		if (point->process == process && point->phase == REPORT_LOCKED &&
		    point->time_ns < first)
			first = point->time_ns;
	}
	return first;
}

/* Without points, as in a record that was cut off: the first of its requests while locked. */
static uint64_t first_late(const struct profile_view *view, uint32_t process)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < view->row_count; i++) {
		const struct view_row *row = &view->rows[i];

		if (row->process == process && row->phase == REPORT_LOCKED &&
		    row->figures.first_ns < first)
			first = row->figures.first_ns;
	}
	return first;
}

/* From when on each process is looked at. */
static void find_beginnings(const struct profile_view *view, const struct view_filter *filter,
			    uint64_t *beginnings)
{
	for (uint32_t i = 0; i < view->process_count; i++) {
		if (!filter->has_since)
			continue;
		beginnings[i] = filter->since_ns;
		if (filter->since_ns == UINT64_MAX)
			beginnings[i] = first_lock(view, i);
		if (beginnings[i] == UINT64_MAX)
			beginnings[i] = first_late(view, i);
	}
}

static bool is_process_wanted(const struct profile_view *view, uint32_t process,
			      const struct view_filter *filter)
{
	return is_wanted(filter->process, view->processes[process].id,
			 view->processes[process].program);
}

/*
 * When a row's first or last request was. Times of rows are those of the kernel's tick, which may
 * lie before the lock; but what was locked comes after it.
 */
static uint64_t time_of(const struct view_row *row, uint64_t time_ns, uint64_t beginning,
			const struct view_filter *filter)
{
	bool is_after = filter->since_ns == UINT64_MAX && row->phase == REPORT_LOCKED;

	return is_after && time_ns < beginning ? beginning : time_ns;
}

static bool is_row_wanted(const struct profile_view *view, const struct view_row *row,
			  const struct view_filter *filter, const uint64_t *beginnings)
{
	const struct view_thread *thread = &view->threads[row->thread];

	uint64_t beginning = beginnings[row->process];

	return (!filter->has_phase || row->phase == filter->phase) &&
	       (!filter->has_since ||
		time_of(row, row->figures.last_ns, beginning, filter) >= beginning) &&
	       is_wanted(filter->thread, thread->id, thread->name) &&
	       is_process_wanted(view, row->process, filter);
}

void profile_view_filter(struct profile_view *view, const struct view_filter *filter)
{
	uint64_t *beginnings = calloc(view->process_count + 1, sizeof(*beginnings));
	size_t rows = 0, points = 0;

	emit_checked(beginnings);
	find_beginnings(view, filter, beginnings);
	for (size_t i = 0; i < view->row_count; i++) {
		const struct view_row *row = &view->rows[i];

		if (!is_row_wanted(view, row, filter, beginnings))
			continue;
		view->straddling += time_of(row, row->figures.first_ns, beginnings[row->process],
					    filter) < beginnings[row->process];
		view->rows[rows++] = *row;
	}
	for (size_t i = 0; i < view->point_count; i++) {
		const struct view_point *point = &view->points[i];

		if (is_process_wanted(view, point->process, filter) &&
		    point->time_ns >= beginnings[point->process])
			view->points[points++] = *point;
	}
	view->row_count = rows;
	view->point_count = points;
	free(beginnings);
}
