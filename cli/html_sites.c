/* SPDX-License-Identifier: MIT */
/*
 * What a page says of the sites of one run, or of two: those that matter most in any figure by
 * themselves, the others in one sum.
 */
#define _GNU_SOURCE
#include "html_page.h"

#include "emit.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A site of either run, under one id. */
struct site {
	const struct view_site *views[HTML_RUNS]; /* NULL: not there in that run */
	double weight; /* its largest share in any figure of a phase and a run */
};

struct sites {
	const struct html_tree *tree;
	struct site *sites;
	size_t count;
};

static const char *id_of(const struct site *site)
{
	return site->views[HTML_NEW] != NULL ? site->views[HTML_NEW]->id
					     : site->views[HTML_OLD]->id;
}

struct wanted_site {
	const struct sites *sites;
	const char *id;
};

static bool is_site(const void *context, uint32_t number)
{
	const struct wanted_site *wanted = context;

	return strcmp(id_of(&wanted->sites->sites[number]), wanted->id) == 0;
}

static void weigh(struct site *site, const struct view_site *from,
		  const struct view_figures totals[REPORT_PHASES])
{
	for (size_t phase = 0; phase < REPORT_PHASES; phase++)
		for (size_t i = 0; i < HTML_FIGURES; i++) {
			uint64_t part = html_figure(&from->figures[phase], i);
			double share =
				part > 0 ? (double)part / (double)html_figure(&totals[phase], i)
					 : 0;

			if (share > site->weight)
				site->weight = share;
		}
}

static void find_sites(const struct html_tree *tree, struct sites *sites)
{
	struct intern numbers = {0};
	size_t room = 1;

	*sites = (struct sites){.tree = tree};
	for (size_t run = 0; run < HTML_RUNS; run++)
		room += tree->views[run] != NULL ? tree->views[run]->site_count : 0;
	sites->sites = emit_checked(calloc(room, sizeof(*sites->sites)));
	for (size_t run = 0; run < HTML_RUNS; run++) {
		const struct profile_view *view = tree->views[run];

		for (size_t i = 0; view != NULL && i < view->site_count; i++) {
			const struct view_site *from = &view->sites[i];
			struct wanted_site wanted = {sites, from->id};
			uint64_t hash = intern_add_bytes(0, from->id, strlen(from->id));
			uint32_t found = intern_find(&numbers, hash, is_site, &wanted);

			if (found == INTERN_NONE)
				found = (uint32_t)sites->count++;
			sites->sites[found].views[run] = from;
			weigh(&sites->sites[found], from, view->totals);
		}
	}
	intern_free(&numbers);
}

static int by_falling_weight(const void *a, const void *b)
{
	const struct site *one = a, *other = b;

	if (one->weight != other->weight)
		return one->weight > other->weight ? -1 : 1;
	return strcmp(id_of(one), id_of(other));
}

/* ---- names ----------------------------------------------------------------------------------- */

struct head {
	uint64_t id, node, origin, left_out;
};

static struct head head_of(struct html_page *page, const struct sites *sites,
			   const struct html_cut *cut, const struct site *site)
{
	size_t run = site->views[HTML_NEW] != NULL ? HTML_NEW : HTML_OLD;
	const struct profile_view *view = sites->tree->views[run];
	const struct view_site *from = site->views[run];
	struct head head = {.id = html_name(&page->names, from->id)};

	if (from->node != VIEW_NONE)
		head.node = cut->of_joined[sites->tree->of_view[run][from->node]];
	if (from->origin != VIEW_NONE)
		head.origin = html_frame(&page->names,
					 &view->frames[view->nodes[from->origin].frame].frame);
	return head;
}

static void write_heads(struct html_page *page, const struct sites *sites,
			const struct html_cut *cut, size_t shown)
{
	static const struct html_column columns[] = {
		{"id", offsetof(struct head, id)},
		{"node", offsetof(struct head, node)},
		{"origin", offsetof(struct head, origin)},
		{"left_out", offsetof(struct head, left_out)},
	};
	struct head *heads = emit_checked(calloc(shown + 1, sizeof(*heads)));

	for (size_t i = 0; i < shown; i++)
		heads[i] = head_of(page, sites, cut, &sites->sites[i]);
	heads[shown].left_out = sites->count - shown;
	html_columns_write("sites", columns, COUNT_OF(columns), heads, sizeof(*heads),
			   shown + (sites->count > shown), page->out);
	free(heads);
}

/* ---- figures --------------------------------------------------------------------------------- */

struct row {
	uint64_t site, phase, run;
	uint64_t figures[HTML_FIGURES];
};

/* Rows of the sites that are shown come one by one, then those of the rest. */
static size_t fill_rows(const struct sites *sites, size_t shown, struct row *rows)
{
	struct row *rest = rows + shown * HTML_RUNS * REPORT_PHASES;
	size_t count = 0;

	for (size_t i = 0; i < sites->count; i++)
		for (size_t j = 0; j < (size_t)HTML_RUNS * REPORT_PHASES; j++) {
			size_t run = j / REPORT_PHASES, phase = j % REPORT_PHASES;
			const struct view_site *from = sites->sites[i].views[run];
			struct row *row = i < shown ? &rows[count] : &rest[j];

			if (from == NULL || from->figures[phase].requests == 0)
				continue;
			row->site = i < shown ? i : shown;
			row->phase = phase;
			row->run = run;
			for (size_t k = 0; k < HTML_FIGURES; k++)
				row->figures[k] += html_figure(&from->figures[phase], k);
			count += i < shown;
		}
	for (size_t j = 0; j < (size_t)HTML_RUNS * REPORT_PHASES; j++)
		if (rest[j].figures[HTML_REQUESTS] > 0)
			rows[count++] = rest[j];
	return count;
}

static void write_figures(const struct html_page *page, const struct sites *sites, size_t shown)
{
#define FIGURE(which) (offsetof(struct row, figures) + (which) * sizeof(uint64_t))
	static const struct html_column columns[] = {
		{"site", offsetof(struct row, site)},	 {"phase", offsetof(struct row, phase)},
		{"run", offsetof(struct row, run)},	 {"requests", FIGURE(HTML_REQUESTS)},
		{"bytes", FIGURE(HTML_BYTES)},		 {"peak_blocks", FIGURE(HTML_PEAK_BLOCKS)},
		{"peak_bytes", FIGURE(HTML_PEAK_BYTES)}, {"live_blocks", FIGURE(HTML_LIVE_BLOCKS)},
		{"live_bytes", FIGURE(HTML_LIVE_BYTES)}, {"temporary", FIGURE(HTML_TEMPORARY)},
	};
#undef FIGURE
	struct row *rows =
		emit_checked(calloc((shown + 1) * HTML_RUNS * REPORT_PHASES, sizeof(*rows)));
	size_t count = fill_rows(sites, shown, rows);

	html_columns_write("site_figures", columns, COUNT_OF(columns), rows, sizeof(*rows), count,
			   page->out);
	free(rows);
}

void html_write_sites(struct html_page *page, const struct html_cut *cut)
{
	struct sites sites;
	size_t shown;

	find_sites(page->tree, &sites);
	qsort(sites.sites, sites.count, sizeof(*sites.sites), by_falling_weight);
	shown = sites.count < page->limits.sites ? sites.count : page->limits.sites;
	write_heads(page, &sites, cut, shown);
	write_figures(page, &sites, shown);
	free(sites.sites);
}
