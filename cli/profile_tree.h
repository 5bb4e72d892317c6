/* SPDX-License-Identifier: MIT */
/*
 * A profile as a tree of functions, from either end: from the outermost frames to the requests, or
 * from the requests to all who called. It has at most TREE_NODES nodes: then stacks are cut, and
 * count where they were.
 */
#ifndef CLI_PROFILE_TREE_H
#define CLI_PROFILE_TREE_H

#include "profile_view.h"

#define TREE_NODES ((size_t)1 << 20)

enum tree_end { TREE_OUTERMOST, TREE_INNERMOST };

struct tree_node {
	uint32_t frame;	      /* of the view: the first one met of its function */
	uint32_t parent;      /* VIEW_NONE: none */
	uint32_t child, next; /* by falling sums; VIEW_NONE: none */
	uint64_t self, sum;   /* of stacks that end here; and of all below too */
	bool one_line;	      /* all frames of it are on the same line */
};

struct profile_tree {
	struct tree_node *nodes; /* parents come first */
	size_t count;
	uint32_t root; /* the first of the nodes without parents */
	uint64_t sum;
};

/*
 * Makes the tree by a measure. Frames of run-time libraries at the end where the tree begins are
 * left out if there are others.
 */
struct profile_tree profile_tree_make(const struct profile_view *view, enum view_measure measure,
				      enum tree_end end);

void profile_tree_free(struct profile_tree *tree);

#endif
