/* SPDX-License-Identifier: MIT */
/*
 * Joins the trees of runs, weighs their nodes, and cuts the light ones. It must not know how they
 * are written.
 */
#define _GNU_SOURCE
#include "html_tree.h"

#include "emit.h"
#include "intern.h"

#include <stdlib.h>
#include <string.h>

uint64_t html_figure(const struct view_figures *figures, size_t which)
{
	const uint64_t all[HTML_FIGURES] = {
		[HTML_REQUESTS] = figures->requests,	   [HTML_BYTES] = figures->bytes,
		[HTML_PEAK_BLOCKS] = figures->peak_blocks, [HTML_PEAK_BYTES] = figures->peak_bytes,
		[HTML_LIVE_BLOCKS] = figures->live_blocks, [HTML_LIVE_BYTES] = figures->live_bytes,
		[HTML_TEMPORARY] = figures->temporary,
	};

	return all[which];
}

/* ---- joining --------------------------------------------------------------------------------- */

/* What two nodes must share to be one. */
struct wanted {
	const struct html_tree *tree;
	size_t run;
	uint32_t parent;
	const struct report_frame *frame;
};

static bool same_text(const char *one, const char *other)
{
	return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/*
 * A function that is called from several lines is one node, as its reader thinks of it; and it is
 * the same in another run, whatever became of its lines. What has no name is one where it is at one
 * place, of which two runs tell nothing.
 */
static bool is_same(const void *context, uint32_t number)
{
	const struct wanted *wanted = context;
	const struct html_joined *node = &wanted->tree->nodes[number];

	if (node->parent != wanted->parent || node->frame == NULL)
		return false;
	if (wanted->frame->function == NULL && wanted->tree->views[HTML_OLD] == NULL)
		return node->frame == wanted->frame;
	return same_text(node->frame->function, wanted->frame->function) &&
	       same_text(node->frame->module, wanted->frame->module);
}

static uint64_t hash_of(const struct wanted *wanted)
{
	const char *function = wanted->frame->function;
	uint64_t hash = intern_add(0, wanted->parent);

	return function != NULL ? intern_add_bytes(hash, function, strlen(function)) : hash;
}

static uint32_t find_node(struct html_tree *tree, struct intern *numbers, size_t *room,
			  struct wanted wanted)
{
	uint32_t found = intern_find(numbers, hash_of(&wanted), is_same, &wanted);

	if (found != INTERN_NONE) {
		struct html_joined *node = &tree->nodes[found];

		if (wanted.run == HTML_NEW && node->frame->line != wanted.frame->line)
			node->has_lines = true;
		return found;
	}
	if (tree->count == *room) {
		*room *= 2;
		tree->nodes = emit_checked(reallocarray(tree->nodes, *room, sizeof(*tree->nodes)));
	}
	tree->nodes[tree->count] =
		(struct html_joined){.parent = wanted.parent, .frame = wanted.frame};
	return (uint32_t)tree->count++;
}

static bool is_never(const void *context, uint32_t number)
{
	(void)context;
	(void)number;
	return false;
}

static void join(struct html_tree *tree)
{
	struct intern numbers = {0};
	size_t room = 1024;

	tree->nodes = emit_checked(calloc(room, sizeof(*tree->nodes)));
	tree->count = 1;
	intern_find(&numbers, 0, is_never, NULL); /* the root has number 0 */
	for (size_t run = 0; run < HTML_RUNS; run++) {
		const struct profile_view *view = tree->views[run];

		if (view == NULL)
			continue;
		tree->of_view[run] = emit_checked(calloc(view->node_count + 1, sizeof(uint32_t)));
		for (size_t i = 0; i < view->node_count; i++) {
			const struct view_node *node = &view->nodes[i];
			uint32_t parent = node->parent;

			tree->of_view[run][i] = find_node(
				tree, &numbers, &room,
				(struct wanted){
					.tree = tree,
					.run = run,
					.parent = parent != VIEW_NONE ? tree->of_view[run][parent]
								      : 0,
					.frame = &view->frames[node->frame].frame,
				});
		}
	}
	intern_free(&numbers);
}

/* ---- weighing -------------------------------------------------------------------------------- */

/* A sum of a caller is not less than one of its callees, as no number is negative. */
static void weigh(struct html_tree *tree, size_t run, size_t phase, size_t which, double *sums)
{
	const struct profile_view *view = tree->views[run];

	memset(sums, 0, tree->count * sizeof(*sums));
	for (size_t i = 0; i < view->row_count; i++)
		if (view->rows[i].phase == phase)
			sums[tree->of_view[run][view->rows[i].node]] +=
				(double)html_figure(&view->rows[i].figures, which);
	for (size_t i = tree->count - 1; i > 0; i--)
		sums[tree->nodes[i].parent] += sums[i];
	if (sums[0] <= 0)
		return;
	for (size_t i = 0; i < tree->count; i++)
		if (sums[i] / sums[0] > tree->nodes[i].weight)
			tree->nodes[i].weight = sums[i] / sums[0];
}

void html_tree_join(struct html_tree *tree, const struct profile_view *now,
		    const struct profile_view *old)
{
	double *sums;

	*tree = (struct html_tree){.views = {now, old}};
	join(tree);
	sums = emit_checked(calloc(tree->count, sizeof(*sums)));
	for (size_t run = 0; run < HTML_RUNS; run++)
		for (size_t phase = 0; tree->views[run] != NULL && phase < REPORT_PHASES; phase++)
			for (size_t which = 0; which < HTML_FIGURES; which++)
				weigh(tree, run, phase, which, sums);
	free(sums);
}

void html_tree_free(struct html_tree *tree)
{
	free(tree->nodes);
	for (size_t run = 0; run < HTML_RUNS; run++)
		free(tree->of_view[run]);
}

/* ---- cutting --------------------------------------------------------------------------------- */

static int by_falling_weight(const void *a, const void *b, void *context)
{
	const struct html_joined *nodes = context;
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
	double first = nodes[one].weight, second = nodes[other].weight;

	/* Equal ones by number, so that a caller comes first. */
	if (first == second)
		return one < other ? -1 : 1;
	return first > second ? -1 : 1;
}

/* Marks the heaviest; all callers of one that is kept are kept, too. */
static bool *choose(const struct html_tree *tree, size_t most)
{
	bool *kept = emit_checked(calloc(tree->count, sizeof(*kept)));
	uint32_t *order = emit_checked(calloc(tree->count, sizeof(*order)));

	for (size_t i = 0; i < tree->count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order + 1, tree->count - 1, sizeof(*order), by_falling_weight, tree->nodes);
	kept[0] = true;
	for (size_t i = 1; i < tree->count && i < most; i++)
		kept[order[i]] = tree->nodes[order[i]].weight >= HTML_SHARE_LEAST;
	free(order);
	return kept;
}

void html_tree_cut(const struct html_tree *tree, size_t most, struct html_cut *cut)
{
	bool *kept = choose(tree, most);
	uint32_t *rest = emit_checked(calloc(tree->count, sizeof(*rest)));

	*cut = (struct html_cut){
		.nodes = emit_checked(calloc(2 * tree->count, sizeof(*cut->nodes))),
		.of_joined = emit_checked(calloc(tree->count, sizeof(uint32_t))),
	};
	for (size_t i = 0; i < tree->count; i++) {
		uint32_t parent = tree->nodes[i].parent, above = cut->of_joined[parent];

		if (!kept[i] && !kept[parent]) {
			cut->of_joined[i] = above;
		} else if (kept[i] || rest[parent] == 0) {
			cut->of_joined[i] = (uint32_t)cut->count;
			cut->nodes[cut->count] = (struct html_node){
				.parent = above,
				.frame = kept[i] ? tree->nodes[i].frame : NULL,
				.has_lines = tree->nodes[i].has_lines,
			};
			if (!kept[i])
				rest[parent] = (uint32_t)cut->count;
			cut->count++;
		} else {
			cut->of_joined[i] = rest[parent];
		}
		if (!kept[i])
			cut->nodes[cut->of_joined[i]].left_out++;
	}
	free(kept);
	free(rest);
}

void html_cut_free(struct html_cut *cut)
{
	free(cut->nodes);
	free(cut->of_joined);
}
