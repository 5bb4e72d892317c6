/* SPDX-License-Identifier: MIT */
/*
 * The sites of a report for a terminal: a table that fits, with the rest in one line; a tree of
 * callers; or whole call stacks.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "group.h"
#include "report.h"

enum screen_form {
	SCREEN_TABLE,
	SCREEN_TREE, /* who called whom, from main() and the threads' functions on */
	SCREEN_FULL, /* each site with its stack, which no width cuts */
};

struct screen_options {
	size_t width;  /* columns */
	size_t height; /* lines for all of it, one at least; SCREEN_FULL does not mind */
	bool colours;
	enum screen_form form;
	enum group_key by; /* the rows of a table */
	enum group_order order;
	size_t top; /* rows, nodes or stacks at most, whatever the height; 0: as many as fit */
};

/*
 * Sets width, height and colours for a stream: those of its terminal, or 80x24 and none. Colours
 * are left out too if NO_COLOR is set and not empty, or TERM is dumb.
 */
void screen_fit(FILE *out, struct screen_options *options);

/*
 * Writes the sites of a report whose origins were found, and how many violations have none; nothing
 * if there are no violations. Errors are those of the stream. Returns false if there is no memory.
 */
bool screen_print(FILE *out, const struct report *report, const struct screen_options *options);

/* Prints the assertions that failed, and the stages. */
void screen_print_rows(FILE *out, const struct report *report);

#endif
