/* SPDX-License-Identifier: MIT */
/*
 * A profile as Massif's file, for ms_print and massif-visualizer: the points of one process, and at
 * its peak who had what, from the requests outwards. The file knows one process: it is the one with
 * the highest peak; --process= chooses another. It must not know of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "escape.h"
#include "profile_tree.h"
#include "profile_words.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

#define LEAST_SHARE 0.001 /* smaller nodes are summed, as Massif does it at 1 % */
#define DEPTH_MAX 64

static uint32_t highest(const struct profile_view *view)
{
	uint32_t found = 0;

	for (uint32_t i = 1; i < view->process_count; i++)
		if (view->processes[i].peak_bytes > view->processes[found].peak_bytes)
			found = i;
	return found;
}

/* ---- the tree -------------------------------------------------------------------------------- */

struct writing {
	const struct profile_view *view;
	const struct profile_tree *tree;
	uint64_t least;
	FILE *out;
};

static bool is_shown(const struct writing *writing, uint32_t node, unsigned depth)
{
	return depth < DEPTH_MAX && writing->tree->nodes[node].sum >= writing->least;
}

/* Writes the nodes that follow each other, then the rest of them in one line. */
static void write_nodes(const struct writing *writing, uint32_t first, unsigned depth)
{
	const struct tree_node *nodes = writing->tree->nodes;
	size_t places = 0;
	uint64_t rest = 0;

	for (uint32_t at = first; at != VIEW_NONE; at = nodes[at].next) {
		size_t callers = 0, cut = 0;

		if (!is_shown(writing, at, depth)) {
			places++;
			rest += nodes[at].sum;
			continue;
		}
		for (uint32_t child = nodes[at].child; child != VIEW_NONE;
		     child = nodes[child].next)
			if (is_shown(writing, child, depth + 1))
				callers++;
			else
				cut = 1;
		fprintf(writing->out, "%*sn%zu: %" PRIu64 " ", (int)depth, "", callers + cut,
			nodes[at].sum);
		profile_write_valgrind(&writing->view->frames[nodes[at].frame].frame, writing->out);
		fputc('\n', writing->out);
		write_nodes(writing, nodes[at].child, depth + 1);
	}
	if (places > 0)
		fprintf(writing->out,
			"%*sn0: %" PRIu64 " in %zu place%s, all below massif's threshold "
			"(%.2f%%)\n",
			(int)depth, "", rest, places, places == 1 ? "" : "s", 100 * LEAST_SHARE);
}

static void write_tree(const struct profile_view *view, FILE *out)
{
	struct profile_tree tree = profile_tree_make(view, VIEW_PEAK, TREE_INNERMOST);
	struct writing writing = {view, &tree, (uint64_t)(LEAST_SHARE * (double)tree.sum), out};
	size_t callers = 0, cut = 0;

	for (uint32_t at = tree.root; at != VIEW_NONE; at = tree.nodes[at].next)
		if (is_shown(&writing, at, 1))
			callers++;
		else
			cut = 1;
	fprintf(out,
		"heap_tree=peak\nn%zu: %" PRIu64
		" (heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n",
		callers + cut, tree.sum);
	write_nodes(&writing, tree.root, 1);
	profile_tree_free(&tree);
}

/* ---- snapshots ------------------------------------------------------------------------------- */

static void begin_snapshot(FILE *out, unsigned *number, uint64_t time_ns, uint64_t bytes)
{
	fprintf(out,
		"#-----------\nsnapshot=%u\n#-----------\ntime=%" PRIu64 "\nmem_heap_B=%" PRIu64
		"\nmem_heap_extra_B=0\nmem_stacks_B=0\n",
		(*number)++, time_ns / 1000000, bytes);
}

static void write_snapshots(const struct profile_view *view, uint32_t process, FILE *out)
{
	const struct view_process *of = &view->processes[process];
	unsigned number = 0;
	bool is_past = false;

	for (size_t i = 0; i < view->point_count; i++) {
		const struct view_point *point = &view->points[i];

		if (point->process != process)
			continue;
		if (!is_past && point->time_ns >= of->peak_ns) {
			begin_snapshot(out, &number, of->peak_ns, of->peak_bytes);
			write_tree(view, out);
			is_past = true;
		}
		begin_snapshot(out, &number, point->time_ns, point->live_bytes);
		fputs("heap_tree=empty\n", out);
	}
	if (is_past)
		return;
	begin_snapshot(out, &number, of->peak_ns, of->peak_bytes);
	write_tree(view, out);
}

void report_write_massif(const struct report *report, const struct report_options *options,
			 FILE *out)
{
	const struct profile_view *view = report->profile;
	uint32_t process = highest(view);
	const struct view_process *of = &view->processes[process];
	struct profile_view one = *view; /* with the rows of that process alone */

	(void)options;
	one.row_count = 0;
	one.rows = emit_checked(calloc(view->row_count + 1, sizeof(*one.rows)));
	for (size_t i = 0; i < view->row_count; i++)
		if (view->rows[i].process == process)
			one.rows[one.row_count++] = view->rows[i];
	fputs("desc: phaselock: process ", out);
	fprintf(out, "%" PRIu32 " (", of->id);
	escape_write(of->program, out);
	fputs(")\ncmd: ", out);
	escape_write(report->command, out);
	fputs("\ntime_unit: ms\n", out);
	write_snapshots(&one, process, out);
	free(one.rows);
}
