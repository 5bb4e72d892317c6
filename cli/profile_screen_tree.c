/* SPDX-License-Identifier: MIT */
/*
 * The tree of a profile on a screen. A node that has one child and nothing of its own shares its
 * line. The largest lines are shown. It must not know how a tree is made.
 */
#define _GNU_SOURCE
#include "profile_screen.h"

#include "emit.h"
#include "frame.h"
#include "profile_tree.h"
#include "profile_words.h"
#include "screen_line.h"

#include <stdlib.h>

#define INDENT 2
#define INDENT_MAX 24
#define NUMBER_WIDTH 11
#define SHARE_WIDTH 7

/* Some nodes, each the only child of the one before. */
struct line {
	uint32_t from, to;
	unsigned level;
};

struct printing {
	const struct profile_view *view;
	const struct profile_tree *tree;
	const struct profile_screen *screen;
	const char *between; /* frames on one line */
	struct line *lines;  /* each before those below it */
	size_t count, room;
};

static uint32_t end_of_line(const struct profile_tree *tree, uint32_t node)
{
	const struct tree_node *nodes = tree->nodes;

	while (nodes[node].self == 0 && nodes[node].child != VIEW_NONE &&
	       nodes[nodes[node].child].next == VIEW_NONE)
		node = nodes[node].child;
	return node;
}

/* As deep as frames are kept at most. */
static void add_lines(struct printing *printing, uint32_t first, unsigned level)
{
	for (uint32_t at = first; at != VIEW_NONE; at = printing->tree->nodes[at].next) {
		struct line line = {at, end_of_line(printing->tree, at), level};

		if (printing->count == printing->room) {
			printing->room = 2 * printing->room + 64;
			printing->lines = emit_checked(reallocarray(printing->lines, printing->room,
								    sizeof(*printing->lines)));
		}
		printing->lines[printing->count++] = line;
		add_lines(printing, printing->tree->nodes[line.to].child, level + 1);
	}
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left < right) - (left > right);
}

/* Returns the sum that a line must have so that at most that many are shown. */
static uint64_t find_least(const struct printing *printing, size_t lines)
{
	uint64_t *sums, least;

	if (printing->count <= lines)
		return 0;
	sums = emit_checked(calloc(printing->count, sizeof(*sums)));
	for (size_t i = 0; i < printing->count; i++)
		sums[i] = printing->tree->nodes[printing->lines[i].from].sum;
	qsort(sums, printing->count, sizeof(*sums), compare_numbers);
	least = sums[lines - 1];
	free(sums);
	return least;
}

static char *names_of(const struct printing *printing, const struct line *line)
{
	const struct tree_node *nodes = printing->tree->nodes;
	char *text;
	size_t size;
	FILE *out = emit_checked(open_memstream(&text, &size));

	for (uint32_t at = line->from;; at = nodes[at].child) {
		const char *function = printing->view->frames[nodes[at].frame].frame.function;
		struct slice name = frame_short_name(function != NULL ? function : "??");

		fwrite(name.start, 1, name.length, out);
		if (at == line->to)
			break;
		fputs(printing->between, out);
	}
	if (fclose(out) != 0)
		emit_no_memory();
	return text;
}

static void print_line(FILE *out, const struct printing *printing, const struct line *line)
{
	const struct screen_options *options = &printing->screen->screen;
	const struct tree_node *node = &printing->tree->nodes[line->to];
	const struct report_frame *frame = &printing->view->frames[node->frame].frame;
	size_t indent = line->level * INDENT < INDENT_MAX ? line->level * INDENT : INDENT_MAX;
	size_t before = 2 + NUMBER_WIDTH + SHARE_WIDTH + 2 + indent;
	struct screen_where where = {.module = frame->module,
				     .file = node->one_line ? frame->file : NULL,
				     .line = node->one_line ? frame->line : 0};
	char number[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE],
		*names = names_of(printing, line);
	bool is_bytes = view_measure_is_bytes(printing->screen->measure);

	profile_number(node->sum, number);
	screen_style(out, options, SCREEN_BOLD);
	fprintf(out, "  %*s", NUMBER_WIDTH, is_bytes ? screen_bytes(node->sum, bytes) : number);
	screen_style(out, options, SCREEN_PLAIN);
	fprintf(out, "%*.1f%%  %*s", SHARE_WIDTH - 1,
		100 * (double)node->sum / (double)printing->tree->sum, (int)indent, "");
	screen_put_place(out, options, names, NULL, &where,
			 options->width > before + 8 ? options->width - before : 8);
	fputc('\n', out);
	free(names);
}

void profile_screen_tree(FILE *out, const struct profile_view *view,
			 const struct profile_screen *screen, size_t lines)
{
	bool is_outermost = screen->form == PROFILE_TREE;
	struct profile_tree tree = profile_tree_make(
		view, screen->measure, is_outermost ? TREE_OUTERMOST : TREE_INNERMOST);
	struct printing printing = {
		.view = view,
		.tree = &tree,
		.screen = screen,
		.between = is_outermost ? " > " : " < ",
	};
	uint64_t least;
	size_t left;

	add_lines(&printing, tree.root, 0);
	if (screen->screen.top > 0)
		left = screen->screen.top;
	else
		left = printing.count <= lines ? lines : lines - 1;
	least = find_least(&printing, left);
	for (size_t i = 0; i < printing.count && left > 0; i++) {
		if (tree.nodes[printing.lines[i].from].sum < least)
			continue;
		print_line(out, &printing, &printing.lines[i]);
		left--;
		printing.lines[i].from = VIEW_NONE;
	}
	left = 0;
	for (size_t i = 0; i < printing.count; i++)
		left += printing.lines[i].from != VIEW_NONE;
	if (left > 0)
		fprintf(out, "  and %zu smaller line%s\n", left, left == 1 ? "" : "s");
	if (printing.count == 0)
		fputs("  nothing\n", out);
	free(printing.lines);
	profile_tree_free(&tree);
}
