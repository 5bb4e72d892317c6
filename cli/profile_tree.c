/* SPDX-License-Identifier: MIT */
/*
 * Makes the tree of a profile. Stacks are taken by falling measure, so that what is cut is small.
 * It must not know how a tree is shown.
 */
#define _GNU_SOURCE
#include "profile_tree.h"

#include "emit.h"
#include "frame.h"
#include "intern.h"
#include "profile_words.h"

#include <stdlib.h>
#include <string.h>

struct making {
	const struct profile_view *view;
	struct profile_tree *tree;
	struct intern numbers;
	size_t room;
	uint32_t parent, function; /* of the node that is looked for */
};

static bool is_node(const void *context, uint32_t number)
{
	const struct making *making = context;
	const struct tree_node *node = &making->tree->nodes[number];

	return node->parent == making->parent &&
	       making->view->frames[node->frame].function == making->function;
}

/* Returns the node of a function that the parent called, or that called it; or VIEW_NONE. */
static uint32_t find_node(struct making *making, uint32_t parent, uint32_t frame)
{
	struct profile_tree *tree = making->tree;
	const struct view_frame *frames = making->view->frames;
	uint32_t found;

	if (tree->count >= TREE_NODES)
		return VIEW_NONE;
	making->parent = parent;
	making->function = frames[frame].function;
	found = intern_find(&making->numbers, intern_add(intern_add(0, parent), making->function),
			    is_node, making);
	if (found != INTERN_NONE) {
		struct tree_node *node = &tree->nodes[found];

		node->one_line = node->one_line &&
				 frames[node->frame].frame.line == frames[frame].frame.line;
		return found;
	}
	if (tree->count == making->room) {
		making->room = 2 * making->room + 256;
		tree->nodes =
			emit_checked(reallocarray(tree->nodes, making->room, sizeof(*tree->nodes)));
	}
	tree->nodes[tree->count] = (struct tree_node){.frame = frame,
						      .parent = parent,
						      .child = VIEW_NONE,
						      .next = VIEW_NONE,
						      .one_line = true};
	return (uint32_t)tree->count++;
}

/* Where the stack begins to tell something: behind the run-time libraries at that end. */
static size_t first_of(const struct profile_view *view, const struct profile_path *path,
		       enum tree_end end)
{
	size_t first = 0;

	while (first < path->count) {
		size_t at = end == TREE_OUTERMOST ? first : path->count - 1 - first;
		uint32_t frame = view->nodes[path->nodes[at]].frame;

		if (view->frames[frame].is_mark || !frame_is_runtime(&view->frames[frame].frame))
			return first;
		first++;
	}
	return 0;
}

/* What is called before main() is the same in all stacks, and nobody asks about it. */
#define BEFORE_MAIN 6

static void leave_start_out(const struct profile_view *view, struct profile_path *path)
{
	for (size_t i = 0; i < path->count && i < BEFORE_MAIN; i++) {
		const char *function = view_frame_of(view, path->nodes[i])->function;

		if (function == NULL || strcmp(function, "main") != 0)
			continue;
		path->count -= i;
		memmove(path->nodes, path->nodes + i, path->count * sizeof(*path->nodes));
		return;
	}
}

static void add_stack(struct making *making, const struct profile_path *path, enum tree_end end,
		      uint64_t measure)
{
	const struct profile_view *view = making->view;
	struct profile_tree *tree = making->tree;
	uint32_t last = VIEW_NONE;

	for (size_t i = first_of(view, path, end); i < path->count; i++) {
		size_t at = end == TREE_OUTERMOST ? i : path->count - 1 - i;
		uint32_t node = find_node(making, last, view->nodes[path->nodes[at]].frame);

		if (node == VIEW_NONE)
			break;
		last = node;
	}
	if (__builtin_add_overflow(tree->sum, measure, &tree->sum))
		tree->sum = UINT64_MAX;
	if (last != VIEW_NONE &&
	    __builtin_add_overflow(tree->nodes[last].self, measure, &tree->nodes[last].self))
		tree->nodes[last].self = UINT64_MAX;
}

/* ---- sums and order -------------------------------------------------------------------------- */

static void sum_up(struct profile_tree *tree)
{
	for (size_t i = tree->count; i-- > 0;) {
		struct tree_node *node = &tree->nodes[i];
		struct tree_node *parent =
			node->parent != VIEW_NONE ? &tree->nodes[node->parent] : NULL;

		if (__builtin_add_overflow(node->sum, node->self, &node->sum))
			node->sum = UINT64_MAX;
		if (parent != NULL && __builtin_add_overflow(parent->sum, node->sum, &parent->sum))
			parent->sum = UINT64_MAX;
	}
}

static int compare_nodes(const void *a, const void *b, void *context)
{
	const struct tree_node *nodes = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (nodes[x].sum != nodes[y].sum)
		return nodes[x].sum > nodes[y].sum ? 1 : -1; /* the smallest first */
	return x < y ? 1 : -1;
}

/* Each goes before those that are there already, so the largest must come last. */
static void link_nodes(struct profile_tree *tree)
{
	uint32_t *order = emit_checked(calloc(tree->count + 1, sizeof(*order)));

	for (uint32_t i = 0; i < tree->count; i++)
		order[i] = i;
	qsort_r(order, tree->count, sizeof(*order), compare_nodes, tree->nodes);
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_node *node = &tree->nodes[order[i]];
		uint32_t *first =
			node->parent != VIEW_NONE ? &tree->nodes[node->parent].child : &tree->root;

		node->next = *first;
		*first = order[i];
	}
	free(order);
}

struct weighed {
	uint32_t node;
	uint64_t measure;
};

static int compare_weights(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;

	if (x->measure != y->measure)
		return x->measure < y->measure ? 1 : -1;
	return x->node > y->node ? 1 : -1;
}

struct profile_tree profile_tree_make(const struct profile_view *view, enum view_measure measure,
				      enum tree_end end)
{
	struct profile_tree tree = {.root = VIEW_NONE};
	struct making making = {.view = view, .tree = &tree};
	struct profile_path path = {.nodes = NULL};
	uint64_t *sums = view_sums(view, measure, true);
	struct weighed *stacks = emit_checked(calloc(view->node_count + 1, sizeof(*stacks)));
	size_t count = 0;

	for (uint32_t i = 0; i < view->node_count; i++)
		if (sums[i] > 0)
			stacks[count++] = (struct weighed){i, sums[i]};
	qsort(stacks, count, sizeof(*stacks), compare_weights);
	for (size_t i = 0; i < count; i++) {
		profile_path_fill(&path, view, stacks[i].node);
		leave_start_out(view, &path);
		add_stack(&making, &path, end, stacks[i].measure);
	}
	sum_up(&tree);
	link_nodes(&tree);
	free(stacks);
	free(sums);
	free(path.nodes);
	intern_free(&making.numbers);
	return tree;
}

void profile_tree_free(struct profile_tree *tree)
{
	free(tree->nodes);
	*tree = (struct profile_tree){.root = VIEW_NONE};
}
