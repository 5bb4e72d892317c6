/* SPDX-License-Identifier: MIT */
/* Holds a profile against limits and an older one. It must not know how that is shown. */
#define _GNU_SOURCE
#include "profile_budget.h"

#include "emit.h"
#include "screen_line.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- differences ----------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
	const struct view_site *x = *(const struct view_site *const *)a;
	const struct view_site *y = *(const struct view_site *const *)b;

	return strcmp(x->id, y->id);
}

/* Sites whose rows were all left out are not there. */
static const struct view_site **sort_sites(const struct profile_view *view, size_t *count)
{
	const struct view_site **sites = emit_checked(calloc(view->site_count + 1, sizeof(*sites)));

	*count = 0;
	for (size_t i = 0; i < view->site_count; i++)
		sites[(*count)++] = &view->sites[i];
	qsort(sites, *count, sizeof(*sites), compare_ids);
	return sites;
}

static uint64_t measured(const struct view_site *site, enum view_measure measure)
{
	return site != NULL ? view_measure(site->figures, measure) : 0;
}

static uint64_t distance(const struct profile_change *change)
{
	return change->now > change->before ? change->now - change->before
					    : change->before - change->now;
}

static int compare_changes(const void *a, const void *b)
{
	const struct profile_change *x = a, *y = b;
	uint64_t left = distance(x), right = distance(y);

	if (left != right)
		return left < right ? 1 : -1;
	return strcmp((x->site != NULL ? x->site : x->old)->id,
		      (y->site != NULL ? y->site : y->old)->id);
}

static void add_change(struct profile_changes *changes, const struct view_site *site,
		       const struct view_site *old, enum view_measure measure)
{
	struct profile_change change = {site, old, measured(site, measure), measured(old, measure)};

	if (change.now == change.before)
		return;
	/* A site that had nothing of that measure is as good as none. */
	changes->fresh += change.before == 0;
	changes->gone += change.now == 0;
	changes->grown += change.before > 0 && change.now > change.before;
	changes->shrunk += change.now > 0 && change.now < change.before;
	changes->changes[changes->count++] = change;
}

struct profile_changes profile_compare(const struct profile_view *view,
				       const struct profile_view *old, enum view_measure measure)
{
	struct profile_changes changes = {.count = 0};
	size_t now_count, old_count, i = 0, j = 0;
	const struct view_site **now = sort_sites(view, &now_count);
	const struct view_site **before = sort_sites(old, &old_count);

	changes.changes = emit_checked(calloc(now_count + old_count + 1, sizeof(*changes.changes)));
	while (i < now_count || j < old_count) {
		int order = i == now_count   ? 1
			    : j == old_count ? -1
					     : strcmp(now[i]->id, before[j]->id);

		add_change(&changes, order <= 0 ? now[i] : NULL, order >= 0 ? before[j] : NULL,
			   measure);
		i += order <= 0;
		j += order >= 0;
	}
	qsort(changes.changes, changes.count, sizeof(*changes.changes), compare_changes);
	free(now);
	free(before);
	return changes;
}

void profile_changes_free(struct profile_changes *changes)
{
	free(changes->changes);
	*changes = (struct profile_changes){.count = 0};
}

/* ---- limits ---------------------------------------------------------------------------------- */

bool profile_budget_is_given(const struct profile_budget *budget)
{
	return budget->late.is_given || budget->new_sites.is_given || budget->peak.is_given ||
	       budget->leaked.is_given;
}

/* Says what there is of something; as bytes too, if that is what it is. */
static bool hold(const struct profile_limit *limit, const char *what, const char *option,
		 uint64_t number, bool is_bytes, FILE *out)
{
	char text[SCREEN_BYTES_SIZE], most[SCREEN_BYTES_SIZE];
	bool holds = number <= limit->most;

	if (!limit->is_given)
		return true;
	fprintf(out, "%s: %s: %" PRIu64, holds ? "kept" : "exceeded", what, number);
	if (is_bytes && number >= 1024)
		fprintf(out, " (%s)", screen_bytes(number, text));
	fprintf(out, ", at most %" PRIu64, limit->most);
	if (is_bytes && limit->most >= 1024)
		fprintf(out, " (%s)", screen_bytes(limit->most, most));
	fprintf(out, " by --%s\n", option);
	return holds;
}

/* New in any measure: a request is enough. */
static uint64_t count_new(const struct profile_view *view, const struct profile_view *old)
{
	struct profile_changes changes;
	uint64_t count;

	if (old == NULL)
		return 0;
	changes = profile_compare(view, old, VIEW_COUNT);
	count = changes.fresh;
	profile_changes_free(&changes);
	return count;
}

bool profile_budget_holds(const struct profile_budget *budget, const struct profile_view *view,
			  const struct profile_view *old, FILE *out)
{
	bool holds = true;
	uint64_t peak = 0;

	for (size_t i = 0; i < view->process_count; i++)
		peak = view->processes[i].peak_bytes > peak ? view->processes[i].peak_bytes : peak;
	holds &= hold(&budget->late, "requests while locked", "max-late",
		      view->totals[REPORT_LOCKED].requests, false, out);
	holds &= hold(&budget->new_sites, "new sites", "max-new-sites", count_new(view, old), false,
		      out);
	holds &= hold(&budget->peak, "bytes at the peak", "max-peak", peak, true, out);
	holds &= hold(&budget->leaked, "bytes live at the end", "max-leaked",
		      view_both(view->totals).live_bytes, true, out);
	return holds;
}
