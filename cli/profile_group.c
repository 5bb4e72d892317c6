/* SPDX-License-Identifier: MIT */
/*
 * Makes groups of a view's rows: each row gets the number of its group, and the groups are summed
 * and sorted. It must not know how a group is shown.
 */
#define _GNU_SOURCE
#include "profile_view.h"

#include "emit.h"
#include "frame.h"
#include "group.h"
#include "intern.h"

#include <stdlib.h>
#include <string.h>

/* ---- which group a row is in ----------------------------------------------------------------- */

/* A site to be sorted, so that those of one group are neighbours. */
struct ordered {
	const struct profile_view *view;
	uint32_t site;
};

static const struct report_frame *origin_of(const struct profile_view *view, uint32_t site)
{
	uint32_t origin = view->sites[site].origin;

	return origin != VIEW_NONE ? view_frame_of(view, origin) : NULL;
}

static enum group_family family_of(const struct profile_view *view, uint32_t site)
{
	return group_family(view_entry_name(view->sites[site].entry));
}

static int compare_modules(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	const struct report_frame *one = origin_of(x->view, x->site);
	const struct report_frame *other = origin_of(y->view, y->site);

	if (one == NULL || other == NULL)
		return (one != NULL) - (other != NULL);
	return frame_compare_names(one->module, other->module);
}

static int compare_functions(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	const struct report_frame *one = origin_of(x->view, x->site);
	const struct report_frame *other = origin_of(y->view, y->site);
	int order = compare_modules(a, b);

	if (order == 0 && one != NULL)
		order = frame_compare(one, other);
	return order != 0 ? order
			  : (int)family_of(x->view, x->site) - (int)family_of(y->view, y->site);
}

/* Returns the number of each site's group. */
static uint32_t *number_sites(const struct profile_view *view,
			      int (*compare)(const void *, const void *))
{
	uint32_t *numbers = emit_checked(calloc(view->site_count + 1, sizeof(*numbers)));
	struct ordered *sites = emit_checked(calloc(view->site_count + 1, sizeof(*sites)));
	uint32_t next = 0;

	for (uint32_t i = 0; i < view->site_count; i++)
		sites[i] = (struct ordered){view, i};
	qsort(sites, view->site_count, sizeof(*sites), compare);
	for (size_t i = 0; i < view->site_count; i++) {
		next += i > 0 && compare(&sites[i - 1], &sites[i]) != 0;
		numbers[sites[i].site] = next;
	}
	free(sites);
	return numbers;
}

static bool is_kept_name(const void *context, uint32_t number)
{
	const char *const *const *at = context; /* those that were met, and the wanted one */

	return at[0][number] == *at[1];
}

/* Equal names have one address. */
static uint32_t *number_names(const char *const *names, size_t count)
{
	uint32_t *numbers = emit_checked(calloc(count + 1, sizeof(*numbers)));
	const char **met = emit_checked(calloc(count + 1, sizeof(*met)));
	struct intern table = {.count = 0};

	for (size_t i = 0; i < count; i++) {
		const char *const *at[] = {met, &names[i]};

		numbers[i] =
			intern_find(&table, intern_add(0, (uintptr_t)names[i]), is_kept_name, at);
		if (numbers[i] == INTERN_NONE) {
			numbers[i] = (uint32_t)table.count - 1;
			met[numbers[i]] = names[i];
		}
	}
	intern_free(&table);
	free(met);
	return numbers;
}

static uint32_t *number_threads(const struct profile_view *view)
{
	const char **names = emit_checked(calloc(view->thread_count + 1, sizeof(*names)));
	uint32_t *numbers;

	for (size_t i = 0; i < view->thread_count; i++)
		names[i] = view->threads[i].name;
	numbers = number_names(names, view->thread_count);
	free(names);
	return numbers;
}

static uint32_t *number_processes(const struct profile_view *view)
{
	const char **names = emit_checked(calloc(view->process_count + 1, sizeof(*names)));
	uint32_t *numbers;

	for (size_t i = 0; i < view->process_count; i++)
		names[i] = view->processes[i].program;
	numbers = number_names(names, view->process_count);
	free(names);
	return numbers;
}

/* What tells the groups of a key apart; for stacks, the entry point too. */
static uint32_t key_of(const struct view_row *row, enum view_key key, const uint32_t *numbers)
{
	switch (key) {
	case VIEW_BY_FUNCTION:
	case VIEW_BY_MODULE:
		return numbers[row->site];
	case VIEW_BY_SITE:
		return row->site;
	case VIEW_BY_THREAD:
		return numbers[row->thread];
	case VIEW_BY_PROCESS:
		return numbers[row->process];
	case VIEW_BY_PHASE:
		return row->phase;
	default:
		return row->node;
	}
}

static uint32_t *number_for(const struct profile_view *view, enum view_key key)
{
	switch (key) {
	case VIEW_BY_FUNCTION:
		return number_sites(view, compare_functions);
	case VIEW_BY_MODULE:
		return number_sites(view, compare_modules);
	case VIEW_BY_THREAD:
		return number_threads(view);
	case VIEW_BY_PROCESS:
		return number_processes(view);
	default:
		return NULL;
	}
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* A group while it is made. */
struct forming {
	uint32_t key;
	uint8_t entry; /* of a stack; otherwise 0 */
};

static bool is_group(const void *context, uint32_t number)
{
	const struct forming *const *at = context; /* those that there are, and the wanted one */

	return at[0][number].key == at[1]->key && at[0][number].entry == at[1]->entry;
}

static bool is_same_file(const struct report_frame *a, const struct report_frame *b)
{
	return a != NULL && b != NULL && a->file == b->file;
}

static void join(const struct profile_view *view, struct view_group *group, uint32_t number,
		 enum view_measure measure)
{
	const struct view_row *row = &view->rows[number];
	const struct report_frame *one = origin_of(view, group->site);
	const struct report_frame *other = origin_of(view, row->site);

	group->one_file = group->one_file && is_same_file(one, other);
	group->one_line = group->one_line && group->one_file && one->line == other->line;
	if (group->entry != NULL && strcmp(group->entry, view_entry_name(row->entry)) != 0)
		group->entry = NULL;
	if (view_measure_row(row, measure) > view_measure_row(&view->rows[group->row], measure)) {
		group->row = number;
		group->site = row->site;
	}
	view_add(&group->figures[row->phase], &row->figures);
}

static int compare_pairs(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Counts in each group the sites with anything of the measure. */
static void count_sites(const struct profile_view *view, struct view_groups *groups,
			const uint32_t *of_rows, enum view_measure measure)
{
	uint64_t *pairs = emit_checked(calloc(view->row_count + 1, sizeof(*pairs)));
	size_t count = 0;

	for (size_t i = 0; i < view->row_count; i++)
		if (view_measure_row(&view->rows[i], measure) > 0)
			pairs[count++] = (uint64_t)of_rows[i] << 32 | view->rows[i].site;
	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || pairs[i] != pairs[i - 1])
			groups->groups[pairs[i] >> 32].sites++;
	free(pairs);
}

/* Adds a row to its group, which it may begin. Returns the group's number. */
static uint32_t add_row(const struct profile_view *view, uint32_t number, enum view_measure measure,
			struct view_groups *groups, uint32_t group)
{
	const struct view_row *row = &view->rows[number];

	if (group != INTERN_NONE) {
		join(view, &groups->groups[group], number, measure);
		return group;
	}
	groups->groups[groups->count] = (struct view_group){
		.row = number,
		.site = row->site,
		.entry = view_entry_name(row->entry),
		.one_file = true,
		.one_line = true,
	};
	view_add(&groups->groups[groups->count].figures[row->phase], &row->figures);
	return (uint32_t)groups->count++;
}

static int compare_groups(const void *a, const void *b, void *context)
{
	const struct view_group *x = a, *y = b;
	enum view_measure measure = *(const enum view_measure *)context;
	enum view_measure next = view_measure_is_bytes(measure) ? VIEW_COUNT : VIEW_BYTES;
	uint64_t left[3] = {0, view_measure(x->figures, measure), view_measure(x->figures, next)};
	uint64_t right[3] = {0, view_measure(y->figures, measure), view_measure(y->figures, next)};

	/* What was born while locked should not have been, so it comes first. */
	if (measure == VIEW_LEAKED) {
		left[0] = x->figures[REPORT_LOCKED].live_bytes;
		right[0] = y->figures[REPORT_LOCKED].live_bytes;
	}
	for (size_t i = 0; i < 3; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

struct view_groups view_group_rows(const struct profile_view *view, enum view_key key,
				   enum view_measure measure)
{
	struct view_groups groups = {.count = 0};
	struct forming *forming = emit_checked(calloc(view->row_count + 1, sizeof(*forming)));
	uint32_t *of_rows = emit_checked(calloc(view->row_count + 1, sizeof(*of_rows)));
	uint32_t *numbers = number_for(view, key);
	struct intern table = {.count = 0};

	groups.groups = emit_checked(calloc(view->row_count + 1, sizeof(*groups.groups)));
	for (uint32_t i = 0; i < view->row_count; i++) {
		const struct view_row *row = &view->rows[i];
		struct forming wanted = {key_of(row, key, numbers),
					 key == VIEW_BY_STACK ? row->entry : 0};
		const struct forming *at[] = {forming, &wanted};
		uint32_t found = intern_find(
			&table, intern_add(intern_add(0, wanted.key), wanted.entry), is_group, at);

		of_rows[i] = add_row(view, i, measure, &groups, found);
		forming[of_rows[i]] = wanted;
	}
	count_sites(view, &groups, of_rows, measure);
	qsort_r(groups.groups, groups.count, sizeof(*groups.groups), compare_groups, &measure);
	intern_free(&table);
	free(forming);
	free(of_rows);
	free(numbers);
	return groups;
}

void view_groups_free(struct view_groups *groups)
{
	free(groups->groups);
	*groups = (struct view_groups){.count = 0};
}
