/* SPDX-License-Identifier: MIT */
/*
 * The tree of callers: from the outermost frames to the origins of the sites. A node that has one
 * child and nothing else shares its line. It must not know how a line is cut.
 */
#define _GNU_SOURCE
#include "screen_line.h"

#include "frame.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_WIDTH 10
#define INDENT 2
#define INDENT_MAX 24 /* columns; a deeper line is not further in */

/* A site's frames from the outermost to the origin, without run-time libraries and wrappers. */
struct path {
	const struct report_site *site;
	const struct report_frame **frames;
	size_t count;
};

/* A line: the frames from one depth of a path to another, that all its sites share. */
struct node {
	const struct path *path;
	size_t level, from, to;
	uint64_t count, bytes;
	size_t ending; /* sites whose origin is its last frame */
	uint64_t ending_count;
};

struct tree {
	const struct screen_options *options;
	struct path *paths;
	struct node *nodes; /* each before its children, these by falling size */
	size_t node_count;
	struct node without; /* sites that have no frame end in it */
};

/* ---- paths ----------------------------------------------------------------------------------- */

static size_t fill_path(struct path *path, const struct report_site *site,
			const struct report_frame **frames)
{
	*path = (struct path){.site = site, .frames = frames};
	for (size_t i = screen_depth(site); i-- > site->origin;)
		if (i == site->origin || !frame_is_runtime(&site->frames[i]))
			frames[path->count++] = &site->frames[i];
	return path->count;
}

static int compare_paths(const void *a, const void *b)
{
	const struct path *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = frame_compare(left->frames[i], right->frames[i]);

		if (order != 0)
			return order;
	}
	return (left->count > right->count) - (left->count < right->count);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static void add(uint64_t *sum, uint64_t number)
{
	if (__builtin_add_overflow(*sum, number, sum))
		*sum = UINT64_MAX;
}

/* Returns how many paths, from the first on, have the same frame there. */
static size_t count_same(const struct path *paths, size_t count, size_t depth)
{
	size_t same = 1;

	while (same < count &&
	       frame_compare(paths[0].frames[depth], paths[same].frames[depth]) == 0)
		same++;
	return same;
}

/* Makes the node of paths that share the frame at that depth, and perhaps further ones. */
static struct node make_node(const struct path *paths, size_t count, size_t level, size_t depth)
{
	struct node node = {.path = paths, .level = level, .from = depth, .to = depth + 1};

	/* The shortest come first. */
	while (paths[0].count > node.to && count_same(paths, count, node.to) == count)
		node.to++;
	for (size_t i = 0; i < count; i++) {
		add(&node.count, paths[i].site->count);
		add(&node.bytes, paths[i].site->bytes);
		if (paths[i].count == node.to) {
			node.ending++;
			add(&node.ending_count, paths[i].site->count);
		}
	}
	return node;
}

struct child {
	struct node node;
	size_t paths; /* how many */
};

static int compare_sizes(enum group_order order, const struct node *a, const struct node *b)
{
	uint64_t left = order == GROUP_BY_BYTES ? a->bytes : a->count;
	uint64_t right = order == GROUP_BY_BYTES ? b->bytes : b->count;

	if (left != right)
		return left > right ? -1 : 1;
	return (a->path > b->path) - (a->path < b->path); /* by name */
}

static int compare_counts(const void *a, const void *b)
{
	return compare_sizes(GROUP_BY_COUNT, &((const struct child *)a)->node,
			     &((const struct child *)b)->node);
}

static int compare_bytes(const void *a, const void *b)
{
	return compare_sizes(GROUP_BY_BYTES, &((const struct child *)a)->node,
			     &((const struct child *)b)->node);
}

/* Adds the nodes of sorted paths from a depth on, where the shortest have ended. */
static bool add_nodes(struct tree *tree, const struct path *paths, size_t count, size_t level,
		      size_t depth)
{
	struct child *children;
	size_t child_count = 0;
	bool whole = true;

	while (count > 0 && paths[0].count == depth) {
		paths++;
		count--;
	}
	if (count == 0)
		return true;
	for (size_t i = 0; i < count; i += count_same(paths + i, count - i, depth))
		child_count++;
	children = calloc(child_count, sizeof(*children));
	if (children == NULL)
		return false;
	child_count = 0;
	for (size_t i = 0; i < count;) {
		size_t same = count_same(paths + i, count - i, depth);

		children[child_count++] =
			(struct child){make_node(paths + i, same, level, depth), same};
		i += same;
	}
	qsort(children, child_count, sizeof(*children),
	      tree->options->order == GROUP_BY_BYTES ? compare_bytes : compare_counts);
	for (size_t i = 0; i < child_count && whole; i++) {
		const struct node *node = &children[i].node;

		tree->nodes[tree->node_count++] = *node;
		whole = add_nodes(tree, node->path, children[i].paths, level + 1, node->to);
	}
	free(children);
	return whole;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Writes "main > run > parse"; only the last one has a place. */
static void print_node(FILE *out, const struct screen_options *options, const struct node *node,
		       int count_width)
{
	const struct report_frame *last = node->path->frames[node->to - 1];
	size_t indent = node->level * INDENT < INDENT_MAX ? node->level * INDENT : INDENT_MAX;
	size_t before = 2 + (size_t)count_width + 2 + 2 + BYTES_WIDTH + 2 + indent;
	struct screen_where where = {.module = last->module};
	char bytes[SCREEN_BYTES_SIZE], *names = NULL;
	size_t size;
	FILE *text = open_memstream(&names, &size);

	for (size_t i = node->from; text != NULL && i < node->to; i++) {
		const char *function = node->path->frames[i]->function;
		struct slice name = frame_short_name(function != NULL ? function : "??");

		fputs(i > node->from ? " > " : "", text);
		fwrite(name.start, 1, name.length, text);
	}
	if (text != NULL)
		fclose(text);
	if (node->ending == 1) {
		where.file = last->file;
		where.line = last->line;
	}
	screen_style(out, options, SCREEN_BOLD);
	fprintf(out, "  %*" PRIu64 " x", count_width, node->count);
	screen_style(out, options, SCREEN_PLAIN);
	fprintf(out, "  %*s  %*s", BYTES_WIDTH, screen_bytes(node->bytes, bytes), (int)indent, "");
	screen_put_place(out, options, names, NULL, &where,
			 options->width > before + 8 ? options->width - before : 8);
	fputc('\n', out);
	free(names);
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left < right) - (left > right);
}

static uint64_t size_of(const struct node *node, enum group_order order)
{
	return order == GROUP_BY_BYTES ? node->bytes : node->count;
}

/* Returns the size that a node must have so that at most that many are shown; 0: any size. */
static uint64_t find_least(const struct tree *tree, size_t lines)
{
	uint64_t *sizes, least;

	if (tree->node_count <= lines)
		return 0;
	sizes = calloc(tree->node_count, sizeof(*sizes));
	if (sizes == NULL)
		return UINT64_MAX;
	for (size_t i = 0; i < tree->node_count; i++)
		sizes[i] = size_of(&tree->nodes[i], tree->options->order);
	qsort(sizes, tree->node_count, sizeof(*sizes), compare_numbers);
	least = sizes[lines - 1];
	free(sizes);
	return least;
}

static void print_nodes(FILE *out, const struct tree *tree, const struct report *report)
{
	const struct screen_options *options = tree->options;
	size_t room = options->height - (report->sites_lost > 0), sites = tree->without.ending;
	size_t lines = options->top > 0 ? options->top : tree->node_count <= room ? room : room - 1;
	uint64_t least = find_least(tree, lines), largest = 0;
	uint64_t violations = tree->without.ending_count;
	int width;

	for (size_t i = 0; i < tree->node_count; i++)
		largest = tree->nodes[i].count > largest ? tree->nodes[i].count : largest;
	width = snprintf(NULL, 0, "%" PRIu64, largest);
	for (size_t i = 0; i < tree->node_count; i++) {
		const struct node *node = &tree->nodes[i];

		if (lines > 0 && size_of(node, options->order) >= least) {
			print_node(out, options, node, width);
			lines--;
		} else {
			sites += node->ending;
			add(&violations, node->ending_count);
		}
	}
	if (sites > 0)
		screen_print_rest(out, sites, violations);
	if (report->sites_lost > 0)
		screen_print_lost(out, report->sites_lost);
}

static bool make_tree(struct tree *tree, const struct report *report,
		      const struct report_frame **frames)
{
	size_t count = report->site_count, without = 0;

	for (size_t i = 0; i < report->site_count; i++)
		frames += fill_path(&tree->paths[i], &report->sites[i], frames);
	qsort(tree->paths, count, sizeof(*tree->paths), compare_paths);
	for (; without < count && tree->paths[without].count == 0; without++) {
		tree->without.ending++;
		add(&tree->without.ending_count, tree->paths[without].site->count);
	}
	return add_nodes(tree, tree->paths + without, count - without, 0, 0);
}

bool screen_print_tree(FILE *out, const struct report *report, const struct screen_options *options)
{
	struct tree tree = {.options = options};
	const struct report_frame **frames;
	size_t frame_count = 1;
	bool whole;

	for (size_t i = 0; i < report->site_count; i++)
		frame_count += report->sites[i].frame_count;
	frames = calloc(frame_count, sizeof(struct report_frame *));
	tree.paths = calloc(report->site_count + 1, sizeof(*tree.paths));
	tree.nodes = calloc(2 * report->site_count + 1, sizeof(*tree.nodes));
	whole = frames != NULL && tree.paths != NULL && tree.nodes != NULL &&
		make_tree(&tree, report, frames);
	if (whole)
		print_nodes(out, &tree, report);
	free(frames);
	free(tree.paths);
	free(tree.nodes);
	return whole;
}
