/* SPDX-License-Identifier: MIT */
/*
 * A profile for a terminal: what was asked for in sum, and a table, a tree from either end, or
 * whole stacks by one measure.
 */
#ifndef CLI_PROFILE_SCREEN_H
#define CLI_PROFILE_SCREEN_H

#include "profile_view.h"
#include "screen.h"

enum profile_form { PROFILE_TABLE, PROFILE_TREE, PROFILE_CALLERS, PROFILE_FULL };

struct profile_screen {
	struct screen_options screen; /* its size, colours and top alone */
	enum profile_form form;
	enum view_key by;
	enum view_measure measure;
	bool is_measured; /* or what is first worth a look is shown */
};

/* Writes it in the height of the screen, a line of which is left for the shell; or top rows. */
void profile_screen_print(FILE *out, const struct report *report,
			  const struct profile_screen *screen);

/* Writes how a profile differs from an older one likewise. */
void profile_screen_diff(FILE *out, const struct profile_view *view, const struct profile_view *old,
			 const struct profile_screen *screen);

/* What the parts share. */

/* Lines at most so many, with one for the rest. */
void profile_screen_table(FILE *out, const struct profile_view *view,
			  const struct profile_screen *screen, size_t lines);
void profile_screen_tree(FILE *out, const struct profile_view *view,
			 const struct profile_screen *screen, size_t lines);
void profile_screen_full(FILE *out, const struct profile_view *view,
			 const struct profile_screen *screen);

#endif
