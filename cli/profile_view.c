/* SPDX-License-Identifier: MIT */
/*
 * Joins the profiles of records into one view: places become named frames, the trees of all
 * processes one tree, and rows get their figures. It must not know what a site is.
 */
#define _GNU_SOURCE
#include "profile_view.h"

#include "emit.h"
#include "profile_keep.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a record while it is added. */
struct source {
	const struct record *record;
	const struct profile *profile;
	const struct names *names;
	size_t first_process;
	uint32_t *modules, *nodes, *processes; /* its numbers to the view's */
};

/* Adds all functions at a place, the one around the others first. */
static uint32_t add_place(struct profile_view *view, const struct source *source, uint32_t parent,
			  uint64_t place)
{
	struct record_place at = record_place(source->record, place);
	struct view_frame frame = {.frame.offset = at.offset, .module = VIEW_NONE};
	size_t lines;
	const struct names_line *line = names_find(source->names, place, &lines);

	if (at.module > 0) {
		frame.module = source->modules[at.module - 1];
		frame.frame.path = profile_keep_name(view, view->modules[frame.module].path);
		frame.frame.module = profile_keep_name(view, view->modules[frame.module].name);
	}
	if (lines == 0)
		return profile_keep_node(view, parent, profile_keep_frame(view, frame));
	for (size_t i = lines; i-- > 0;) {
		frame.frame.function = profile_keep_name(view, line[i].function);
		frame.frame.file = profile_keep_name(view, line[i].file);
		frame.frame.line = line[i].line;
		frame.frame.is_inlined = i + 1 < lines;
		parent = profile_keep_node(view, parent, profile_keep_frame(view, frame));
	}
	return parent;
}

/*
 * No stack is deeper than what is kept of one; but somebody else may have written the record, and
 * whoever writes a stack takes time by its depth.
 */
#define DEPTH_MAX 1024

static void add_nodes(struct profile_view *view, struct source *source)
{
	uint32_t *depths = emit_checked(calloc(source->profile->node_count + 1, sizeof(*depths)));

	for (size_t i = 0; i < source->profile->node_count; i++) {
		const struct pl_profile_node *node = &source->profile->nodes[i].node;
		uint32_t parent = VIEW_NONE;

		if (node->parent > 0 && depths[node->parent - 1] == DEPTH_MAX) {
			parent = profile_keep_mark(view, VIEW_NONE, "[truncated]");
		} else if (node->parent > 0) {
			parent = source->nodes[node->parent - 1];
			depths[i] = depths[node->parent - 1] + 1;
		}
		if (node->flags & PL_PROFILE_TRUNCATED)
			source->nodes[i] = profile_keep_mark(view, parent, "[truncated]");
		else if (node->flags & PL_PROFILE_UNREADABLE)
			source->nodes[i] = profile_keep_mark(view, parent, "[unreadable]");
		else
			source->nodes[i] = add_place(view, source, parent, node->place);
	}
	free(depths);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static uint64_t since(const struct record *record, uint64_t time_ns)
{
	return time_ns > record->run.start_ns ? time_ns - record->run.start_ns : 0;
}

static uint64_t less(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

static struct view_figures figures_of(const struct record *record,
				      const struct pl_profile_row *counts, uint64_t turn)
{
	struct view_figures figures = {
		.requests = counts->requests,
		.bytes = counts->bytes,
		.frees = counts->frees,
		.freed_bytes = counts->freed_bytes,
		.frees_locked = counts->frees_locked,
		.freed_bytes_locked = counts->freed_bytes_locked,
		.live_blocks = less(counts->requests, counts->frees),
		.live_bytes = less(counts->bytes, counts->freed_bytes),
		.own_peak_blocks = counts->peak_blocks,
		.own_peak_bytes = counts->peak_bytes,
		.temporary = counts->temporary,
		.temporary_bytes = counts->temporary_bytes,
		.lifetime_ns = counts->lifetime_ns,
		.lifetime_requests = counts->lifetime_requests,
		.first_ns = since(record, counts->first_ns),
		.last_ns = since(record, counts->last_ns),
	};
	/* What has not changed since the peak was then what it is now. */
	bool is_newer = counts->at_peak_turn >= turn;

	figures.peak_blocks = is_newer ? counts->at_peak_blocks : figures.live_blocks;
	figures.peak_bytes = is_newer ? counts->at_peak_bytes : figures.live_bytes;
	for (size_t i = 0; i < PL_PROFILE_CLASSES; i++)
		figures.classes[i] = counts->classes[i];
	return figures;
}

static void add_rows(struct profile_view *view, const struct source *source, size_t first_thread,
		     const uint64_t *turns)
{
	const struct profile *profile = source->profile;

	view->rows = emit_checked(reallocarray(view->rows, view->row_count + profile->row_count + 1,
					       sizeof(*view->rows)));
	for (size_t i = 0; i < profile->row_count; i++) {
		const struct profile_row *row = &profile->rows[i];
		struct view_row *added = &view->rows[view->row_count];

		if (row->counts.requests == 0 || source->processes[row->process] == VIEW_NONE)
			continue;
		*added = (struct view_row){
			.process = source->processes[row->process],
			.thread = (uint32_t)first_thread + row->thread,
			.phase = row->phase != 0 ? REPORT_LOCKED : REPORT_INIT,
			.entry = (uint8_t)row->counts.function,
			.figures = figures_of(source->record, &row->counts, turns[row->process]),
		};
		added->node = row->stack > 0 ? source->nodes[row->stack - 1]
					     : profile_keep_mark(view, VIEW_NONE,
								 "[no room for the stack]");
		view->row_count++;
	}
}

static void add_threads(struct profile_view *view, const struct source *source)
{
	const struct profile *profile = source->profile;

	view->threads = emit_checked(reallocarray(view->threads,
						  view->thread_count + profile->thread_count + 1,
						  sizeof(*view->threads)));
	for (size_t i = 0; i < profile->thread_count; i++) {
		const struct profile_thread *thread = &profile->threads[i];

		view->threads[view->thread_count++] = (struct view_thread){
			.process = source->processes[thread->process],
			.id = thread->thread.id,
			.name = profile_keep_bounded(view, thread->thread.name,
						     sizeof(thread->thread.name)),
		};
	}
}

static void add_points(struct profile_view *view, const struct source *source)
{
	const struct profile *profile = source->profile;

	view->points = emit_checked(reallocarray(
		view->points, view->point_count + profile->point_count + 1, sizeof(*view->points)));
	for (size_t i = 0; i < profile->point_count; i++) {
		const struct pl_profile_point *point = &profile->points[i].point;

		if (point->time_ns == 0 ||
		    source->processes[profile->points[i].process] == VIEW_NONE)
			continue;
		view->points[view->point_count++] = (struct view_point){
			.process = source->processes[profile->points[i].process],
			.time_ns = since(source->record, point->time_ns),
			.live_bytes = point->live_bytes,
			.live_blocks = point->live_blocks,
			.requests = point->requests,
			.frees = point->frees,
			.resident = point->resident,
			.phase = point->phase != 0 ? REPORT_LOCKED : REPORT_INIT,
			.is_change = point->is_change != 0,
		};
	}
}

static void add_processes(struct profile_view *view, struct source *source, uint64_t *turns)
{
	const struct record *record = source->record;
	const struct profile *profile = source->profile;

	view->processes = emit_checked(
		reallocarray(view->processes, view->process_count + profile->process_count + 1,
			     sizeof(*view->processes)));
	for (size_t i = 0; i < profile->process_count; i++) {
		const struct profile_process *process = &profile->processes[i];
		const struct pl_profile_process *counts = &process->counts;
		const struct pl_layout_image *image = &record->images[process->process];

		source->processes[process->process] = (uint32_t)view->process_count;
		turns[process->process] = counts->peak_turn;
		view->was_locked = view->was_locked || image->locks > 0;
		view->processes[view->process_count++] = (struct view_process){
			.image = (uint32_t)source->first_process + process->process,
			.id = image->id,
			.program = profile_keep_bounded(view, image->name, sizeof(image->name)),
			.rate = counts->rate,
			.peak_bytes = counts->peak_bytes,
			.peak_blocks = counts->peak_blocks,
			.peak_ns = since(record, counts->peak_ns),
			.foreign_frees = counts->foreign_frees,
			.unplaced = counts->unplaced,
			.blocks_unknown = counts->blocks_unknown,
			.own_bytes = counts->own_bytes,
		};
	}
}

void profile_view_add(struct profile_view *view, const struct record *record,
		      const struct profile *profile, const struct names *names,
		      size_t first_process)
{
	struct source source = {record, profile, names, first_process, NULL, NULL, NULL};
	uint64_t *turns = emit_checked(calloc(record->image_count + 1, sizeof(*turns)));
	size_t first_thread = view->thread_count;

	source.modules = emit_checked(calloc(record->module_count + 1, sizeof(uint32_t)));
	source.nodes = emit_checked(calloc(profile->node_count + 1, sizeof(uint32_t)));
	source.processes = emit_checked(calloc(record->image_count + 1, sizeof(uint32_t)));
	memset(source.processes, 255, record->image_count * sizeof(uint32_t));
	for (size_t i = 0; i < record->module_count; i++)
		source.modules[i] = profile_keep_module(view, &record->modules[i]);
	add_processes(view, &source, turns);
	add_threads(view, &source);
	add_nodes(view, &source);
	add_rows(view, &source, first_thread, turns);
	add_points(view, &source);
	free(turns);
	free(source.modules);
	free(source.nodes);
	free(source.processes);
}
