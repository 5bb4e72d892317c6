/* SPDX-License-Identifier: MIT */
/* Limits that a profile is held against, and how one differs from an older one. */
#ifndef CLI_PROFILE_BUDGET_H
#define CLI_PROFILE_BUDGET_H

#include "profile_view.h"

struct profile_limit {
	bool is_given;
	uint64_t most;
};

struct profile_budget {
	struct profile_limit late;	/* requests while locked */
	struct profile_limit new_sites; /* that the older one lacks */
	struct profile_limit peak;	/* bytes of the process with the highest one */
	struct profile_limit leaked;	/* bytes live at the end */
};

bool profile_budget_is_given(const struct profile_budget *budget);

/*
 * Returns whether all limits hold; old may be NULL if none is for new sites. Writes a line for each
 * that was given: what there is and what may be, with "exceeded" or "kept".
 */
bool profile_budget_holds(const struct profile_budget *budget, const struct profile_view *view,
			  const struct profile_view *old, FILE *out);

/* How a site of one profile, or of both, changed. */
struct profile_change {
	const struct view_site *site, *old; /* NULL: it is not in that profile */
	uint64_t now, before;		    /* by the measure */
};

struct profile_changes {
	struct profile_change *changes; /* by how much they changed, the largest first */
	size_t count;
	size_t fresh, gone, grown, shrunk;
};

/* Compares the sites of two profiles by their ids. Sites that did not change are left out. */
struct profile_changes profile_compare(const struct profile_view *view,
				       const struct profile_view *old, enum view_measure measure);

void profile_changes_free(struct profile_changes *changes);

#endif
