/* SPDX-License-Identifier: MIT */
/*
 * The parts of the data of a page; tools/html/src/data.js reads it. Each writes whole members of
 * the object that the data is.
 */
#ifndef CLI_HTML_PAGE_H
#define CLI_HTML_PAGE_H

#include "html_text.h"
#include "html_tree.h"
#include "report.h"

#include <stdio.h>

/* How many of each a page has at most. What is beyond is summed up, so that sums are exact. */
struct html_limits {
	size_t nodes;
	size_t threads, sites, violations, processes;
	size_t points;	  /* of all processes together */
	size_t name_size; /* bytes of a name */
};

/* What is written, and to where. */
struct html_page {
	const struct report *report, *old; /* old: NULL if nothing is compared */
	const struct html_tree *tree;
	struct html_limits limits;
	struct html_names names;
	FILE *out;
};

/* Verdict, processes and violations. */
void html_write_report(struct html_page *page);

/* Threads, the tree and its figures; and sites. There may be no profile. */
void html_write_calls(struct html_page *page);
void html_write_sites(struct html_page *page, const struct html_cut *cut);

/* Points of the timeline. */
void html_write_points(struct html_page *page);

#endif
