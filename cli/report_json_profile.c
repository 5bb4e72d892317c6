/* SPDX-License-Identifier: MIT */
/*
 * A profile as JSON, by docs/report.schema.json: all that is in it, in lists that refer to each
 * other by index. It must not know of records.
 */
#define _GNU_SOURCE
#include "report_json_profile.h"

#include "emit.h"

#include <inttypes.h>

static json_t *index_or_null(uint32_t number)
{
	return number != VIEW_NONE ? json_integer(number) : json_null();
}

static json_t *figures_of(const struct view_figures *figures)
{
	json_t *classes = json_array();
	size_t count = PL_PROFILE_CLASSES;

	while (count > 0 && figures->classes[count - 1] == 0)
		count--;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(classes, emit_number(figures->classes[i]));
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o}",
		"requests", emit_number(figures->requests), "bytes", emit_number(figures->bytes),
		"frees", emit_number(figures->frees), "freed_bytes",
		emit_number(figures->freed_bytes), "frees_locked",
		emit_number(figures->frees_locked), "freed_bytes_locked",
		emit_number(figures->freed_bytes_locked), "live_blocks",
		emit_number(figures->live_blocks), "live_bytes", emit_number(figures->live_bytes),
		"peak_blocks", emit_number(figures->peak_blocks), "peak_bytes",
		emit_number(figures->peak_bytes), "own_peak_blocks",
		emit_number(figures->own_peak_blocks), "own_peak_bytes",
		emit_number(figures->own_peak_bytes), "temporary", emit_number(figures->temporary),
		"temporary_bytes", emit_number(figures->temporary_bytes), "lifetime_ns",
		emit_number(figures->lifetime_ns), "lifetime_requests",
		emit_number(figures->lifetime_requests), "first_ns", emit_number(figures->first_ns),
		"last_ns", emit_number(figures->last_ns), "sizes", classes);
}

static json_t *phases_of(const struct view_figures figures[REPORT_PHASES])
{
	return json_pack("{s:o, s:o}", "init", figures_of(&figures[REPORT_INIT]), "locked",
			 figures_of(&figures[REPORT_LOCKED]));
}

static json_t *process_of(const struct view_process *process)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "process",
		json_integer(process->image), "id", emit_number(process->id), "program",
		emit_name(process->program), "rate", emit_number(process->rate), "peak_bytes",
		emit_number(process->peak_bytes), "peak_blocks", emit_number(process->peak_blocks),
		"peak_ns", emit_number(process->peak_ns), "foreign_frees",
		emit_number(process->foreign_frees), "unplaced", emit_number(process->unplaced),
		"blocks_unknown", emit_number(process->blocks_unknown), "own_bytes",
		emit_number(process->own_bytes));
}

static json_t *thread_of(const struct view_thread *thread)
{
	return json_pack("{s:o, s:o, s:o}", "process", index_or_null(thread->process), "id",
			 emit_number(thread->id), "name", emit_name(thread->name));
}

static json_t *module_of(const struct view_module *module)
{
	return json_pack("{s:o, s:s}", "path", emit_name(module->path), "build_id",
			 module->build_id);
}

static json_t *frame_of(const struct view_frame *frame)
{
	const struct report_frame *of = &frame->frame;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "function", emit_name(of->function),
			 "module", index_or_null(frame->module), "file", emit_name(of->file),
			 "line", of->line > 0 ? emit_number(of->line) : json_null(), "offset",
			 json_sprintf("0x%" PRIx64, of->offset), "inlined", of->is_inlined, "mark",
			 frame->is_mark);
}

static json_t *node_of(const struct view_node *node)
{
	return json_pack("[o, o]", index_or_null(node->parent), json_integer(node->frame));
}

static json_t *site_of(const struct view_site *site)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "id", site->id, "entry",
			 view_entry_name(site->entry), "node", index_or_null(site->node), "origin",
			 index_or_null(site->origin), "stacks", json_integer(site->stacks),
			 "figures", phases_of(site->figures));
}

static json_t *row_of(const struct view_row *row)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:o}", "process",
			 json_integer(row->process), "thread", json_integer(row->thread), "node",
			 json_integer(row->node), "site", json_integer(row->site), "phase",
			 view_phase_name(row->phase), "entry", view_entry_name(row->entry),
			 "figures", figures_of(&row->figures));
}

static json_t *point_of(const struct view_point *point)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b}", "process",
			 json_integer(point->process), "time_ns", emit_number(point->time_ns),
			 "live_bytes", emit_number(point->live_bytes), "live_blocks",
			 emit_number(point->live_blocks), "requests", emit_number(point->requests),
			 "frees", emit_number(point->frees), "resident",
			 point->resident > 0 ? emit_number(point->resident) : json_null(), "phase",
			 view_phase_name(point->phase), "change", point->is_change);
}

/* Writes `,"NAME":[`, then the elements, then `]`. */
#define WRITE_LIST(name, array, count, make)                                                       \
	do {                                                                                       \
		struct emit_list list = {.out = out};                                              \
                                                                                                   \
		fputs(",\n\"" name "\":[", out);                                                   \
		for (size_t i = 0; i < (count); i++)                                               \
			emit_element(&list, make(&(array)[i]));                                    \
		fputs("\n]", out);                                                                 \
	} while (0)

void report_json_write_profile(const struct profile_view *view, FILE *out)
{
	fputs("{\n", out);
	emit_members(json_pack("{s:b, s:o}", "locked", view->was_locked, "totals",
			       phases_of(view->totals)),
		     out);
	WRITE_LIST("processes", view->processes, view->process_count, process_of);
	WRITE_LIST("threads", view->threads, view->thread_count, thread_of);
	WRITE_LIST("modules", view->modules, view->module_count, module_of);
	WRITE_LIST("frames", view->frames, view->frame_count, frame_of);
	WRITE_LIST("nodes", view->nodes, view->node_count, node_of);
	WRITE_LIST("sites", view->sites, view->site_count, site_of);
	WRITE_LIST("rows", view->rows, view->row_count, row_of);
	WRITE_LIST("points", view->points, view->point_count, point_of);
	fputs("\n}", out);
}
