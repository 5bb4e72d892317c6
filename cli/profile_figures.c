/* SPDX-License-Identifier: MIT */
/*
 * Sums of a profile's figures, the ways to measure them, and what some of its numbers are called.
 * It must not know where they come from.
 */
#include "profile_view.h"

#include "emit.h"

#include <stdlib.h>

static void add(uint64_t *sum, uint64_t number)
{
	if (__builtin_add_overflow(*sum, number, sum))
		*sum = UINT64_MAX;
}

void view_add(struct view_figures *sum, const struct view_figures *other)
{
	if (other->requests == 0)
		return;
	if (sum->requests == 0 || other->first_ns < sum->first_ns)
		sum->first_ns = other->first_ns;
	if (other->last_ns > sum->last_ns)
		sum->last_ns = other->last_ns;
	add(&sum->requests, other->requests);
	add(&sum->bytes, other->bytes);
	add(&sum->frees, other->frees);
	add(&sum->freed_bytes, other->freed_bytes);
	add(&sum->frees_locked, other->frees_locked);
	add(&sum->freed_bytes_locked, other->freed_bytes_locked);
	add(&sum->live_blocks, other->live_blocks);
	add(&sum->live_bytes, other->live_bytes);
	add(&sum->peak_blocks, other->peak_blocks);
	add(&sum->peak_bytes, other->peak_bytes);
	add(&sum->own_peak_blocks, other->own_peak_blocks);
	add(&sum->own_peak_bytes, other->own_peak_bytes);
	add(&sum->temporary, other->temporary);
	add(&sum->temporary_bytes, other->temporary_bytes);
	add(&sum->lifetime_ns, other->lifetime_ns);
	add(&sum->lifetime_requests, other->lifetime_requests);
	for (size_t i = 0; i < PL_PROFILE_CLASSES; i++)
		add(&sum->classes[i], other->classes[i]);
}

struct view_figures view_both(const struct view_figures figures[REPORT_PHASES])
{
	struct view_figures both = figures[REPORT_INIT];

	view_add(&both, &figures[REPORT_LOCKED]);
	return both;
}

static const struct {
	const char *name;
	bool is_bytes;
} measures[VIEW_MEASURES] = {
	[VIEW_LATE] = {"late", false},	  [VIEW_BYTES] = {"bytes", true},
	[VIEW_COUNT] = {"count", false},  [VIEW_PEAK] = {"peak", true},
	[VIEW_LEAKED] = {"leaked", true}, [VIEW_TEMPORARY] = {"temporary", false},
};

const char *view_measure_name(enum view_measure measure)
{
	return measures[measure].name;
}

bool view_measure_is_bytes(enum view_measure measure)
{
	return measures[measure].is_bytes;
}

static uint64_t one(const struct view_figures *figures, enum view_measure measure)
{
	switch (measure) {
	case VIEW_BYTES:
		return figures->bytes;
	case VIEW_PEAK:
		return figures->peak_bytes;
	case VIEW_TEMPORARY:
		return figures->temporary;
	case VIEW_LEAKED:
		return figures->live_bytes;
	default:
		return figures->requests;
	}
}

uint64_t view_measure(const struct view_figures figures[REPORT_PHASES], enum view_measure measure)
{
	uint64_t sum = measure == VIEW_LATE ? 0 : one(&figures[REPORT_INIT], measure);

	add(&sum, one(&figures[REPORT_LOCKED], measure));
	return sum;
}

uint64_t view_measure_row(const struct view_row *row, enum view_measure measure)
{
	if (measure == VIEW_LATE && row->phase != REPORT_LOCKED)
		return 0;
	return one(&row->figures, measure);
}

uint64_t *view_sums(const struct profile_view *view, enum view_measure measure, bool self)
{
	uint64_t *sums = emit_checked(calloc(view->node_count + 1, sizeof(*sums)));

	for (size_t i = 0; i < view->row_count; i++)
		add(&sums[view->rows[i].node], view_measure_row(&view->rows[i], measure));
	/* Callers have lower numbers than those whom they call. */
	for (size_t i = view->node_count; !self && i-- > 0;)
		if (view->nodes[i].parent != VIEW_NONE)
			add(&sums[view->nodes[i].parent], sums[i]);
	return sums;
}

uint64_t *view_phase_sums(const struct profile_view *view, enum view_measure measure,
			  enum report_phase phase)
{
	uint64_t *sums = emit_checked(calloc(view->node_count + 1, sizeof(*sums)));

	for (size_t i = 0; i < view->row_count; i++)
		if (view->rows[i].phase == phase)
			add(&sums[view->rows[i].node], view_measure_row(&view->rows[i], measure));
	return sums;
}

const struct report_frame *view_frame_of(const struct profile_view *view, uint32_t node)
{
	return &view->frames[view->nodes[node].frame].frame;
}

const char *view_entry_name(uint8_t entry)
{
	static const char *const names[] = {"other",	     "malloc",	     "calloc", "realloc",
					    "aligned_alloc", "operator new", "other"};

	return names[entry < sizeof(names) / sizeof(names[0]) ? entry : 0];
}

const char *view_phase_name(unsigned phase)
{
	return phase == REPORT_LOCKED ? "locked" : "init";
}
