/* SPDX-License-Identifier: MIT */
/*
 * The tree of a page: the calls of one run, or of two that are compared, joined into one, and cut
 * to what a page has room for. What is cut is summed up below its nearest caller that is kept.
 */
#ifndef CLI_HTML_TREE_H
#define CLI_HTML_TREE_H

#include "profile_view.h"

enum { HTML_NEW, HTML_OLD, HTML_RUNS };

/* The figures of a page. */
enum {
	HTML_REQUESTS,
	HTML_BYTES,
	HTML_PEAK_BLOCKS,
	HTML_PEAK_BYTES,
	HTML_LIVE_BLOCKS,
	HTML_LIVE_BYTES,
	HTML_TEMPORARY,
	HTML_FIGURES
};

uint64_t html_figure(const struct view_figures *figures, size_t which);

/* A node of both runs. Node 0 is the root, its own parent; others have a parent of lower number. */
struct html_joined {
	uint32_t parent;
	const struct report_frame *frame; /* NULL: the root */
	bool has_lines;			  /* stands for several places in the function */
	double weight; /* the largest share that it has in any figure of a phase and a run */
};

struct html_tree {
	const struct profile_view *views[HTML_RUNS]; /* NULL: there is none */
	struct html_joined *nodes;
	size_t count;
	uint32_t *of_view[HTML_RUNS]; /* for each node of a view the one here */
};

void html_tree_join(struct html_tree *tree, const struct profile_view *now,
		    const struct profile_view *old);
void html_tree_free(struct html_tree *tree);

/* A node of the page. */
struct html_node {
	uint64_t parent, left_out;	  /* left_out: how many it stands for; 0: itself */
	const struct report_frame *frame; /* NULL: the root, or of several */
	bool has_lines;
};

struct html_cut {
	struct html_node *nodes;
	size_t count;
	uint32_t *of_joined; /* for each node of the tree the one here */
};

/* Keeps at most so many nodes, none of which has less than HTML_SHARE_LEAST of every sum. */
#define HTML_SHARE_LEAST 0.001
void html_tree_cut(const struct html_tree *tree, size_t most, struct html_cut *cut);
void html_cut_free(struct html_cut *cut);

#endif
