/* SPDX-License-Identifier: MIT */
/*
 * Finds the sites of a view, as those of violations are found: their ids, and the frames by which a
 * person would name them. It must not know what is shown of them.
 */
#define _GNU_SOURCE
#include "profile_view.h"

#include "emit.h"
#include "group.h"
#include "intern.h"
#include "site_id.h"

#include <stdlib.h>
#include <string.h>

/*
 * Which functions are wrappers shows in the stacks. So many of the largest are looked at together,
 * then as many of the next: their frames are all in memory at that time.
 */
#define STACKS_TOGETHER 16384

/* A node and an entry point. */
struct stack {
	uint32_t node, site;
	uint8_t entry;
	struct view_figures figures; /* of it; to sort by */
};

struct stacks {
	struct stack *stacks;
	size_t count, room;
	struct intern numbers, ids;
	uint32_t *of_rows;
};

struct wanted_stack {
	const struct stack *stacks;
	const struct view_row *row;
};

static bool is_stack(const void *context, uint32_t number)
{
	const struct wanted_stack *wanted = context;

	return wanted->stacks[number].node == wanted->row->node &&
	       wanted->stacks[number].entry == wanted->row->entry;
}

static void find_stacks(struct profile_view *view, struct stacks *stacks)
{
	stacks->of_rows = emit_checked(calloc(view->row_count + 1, sizeof(uint32_t)));
	for (size_t i = 0; i < view->row_count; i++) {
		const struct view_row *row = &view->rows[i];
		struct wanted_stack wanted = {stacks->stacks, row};
		uint64_t hash = intern_add(intern_add(0, row->node), row->entry);
		uint32_t found = intern_find(&stacks->numbers, hash, is_stack, &wanted);

		if (found == INTERN_NONE) {
			if (stacks->count == stacks->room) {
				stacks->room = 2 * stacks->room + 64;
				stacks->stacks = emit_checked(reallocarray(
					stacks->stacks, stacks->room, sizeof(struct stack)));
			}
			found = (uint32_t)stacks->count++;
			stacks->stacks[found] =
				(struct stack){.node = row->node, .entry = row->entry};
		}
		view_add(&stacks->stacks[found].figures, &row->figures);
		stacks->of_rows[i] = found;
	}
}

/* ---- stacks as sites of a report ------------------------------------------------------------- */

static size_t count_frames(const struct profile_view *view, uint32_t node)
{
	size_t count = 0;

	for (; node != VIEW_NONE; node = view->nodes[node].parent)
		count += !view->frames[view->nodes[node].frame].is_mark;
	return count;
}

static struct report_site site_of(const struct profile_view *view, const struct stack *stack)
{
	static char cause[] = "phase", no_thread[] = "";
	size_t count = count_frames(view, stack->node);
	struct report_site site = {
		.function = (char *)(uintptr_t)view_entry_name(stack->entry),
		.cause = cause,
		.thread = no_thread,
		.count = stack->figures.requests,
		.bytes = stack->figures.bytes,
		.frames = emit_checked(calloc(count + 1, sizeof(*site.frames))),
	};

	for (uint32_t node = stack->node; site.frame_count < count; node = view->nodes[node].parent)
		site.frames[site.frame_count++] = *view_frame_of(view, node);
	site.origin = site.frame_count;
	site_id(&site, site.id);
	return site;
}

static uint32_t node_above(const struct profile_view *view, uint32_t node, size_t frames)
{
	for (; frames > 0; frames--)
		node = view->nodes[node].parent;
	return node;
}

struct wanted_id {
	const struct view_site *sites;
	const char *id;
};

static bool is_id(const void *context, uint32_t number)
{
	const struct wanted_id *wanted = context;

	return strcmp(wanted->sites[number].id, wanted->id) == 0;
}

/* Larger stacks come first, and so name the site. */
static uint32_t keep_site(struct profile_view *view, struct stacks *stacks,
			  const struct stack *stack, const struct report_site *site)
{
	const struct report_frame *called = group_called(site);
	struct wanted_id wanted = {view->sites, site->id};
	uint32_t found = intern_find(&stacks->ids, intern_add_bytes(0, site->id, sizeof(site->id)),
				     is_id, &wanted);
	struct view_site *added;

	if (found != INTERN_NONE) {
		view->sites[found].stacks++;
		return found;
	}
	added = &view->sites[view->site_count];
	*added = (struct view_site){.entry = stack->entry,
				    .node = stack->node,
				    .origin = VIEW_NONE,
				    .called = VIEW_NONE,
				    .stacks = 1};
	memcpy(added->id, site->id, sizeof(added->id));
	if (site->origin < site->frame_count)
		added->origin = node_above(view, stack->node, site->origin);
	if (called != NULL)
		added->called = node_above(view, stack->node, (size_t)(called - site->frames));
	return (uint32_t)view->site_count++;
}

static void name_stacks(struct profile_view *view, struct stacks *stacks,
			struct stack *const *sorted, size_t count)
{
	struct report report = {.site_count = count};

	report.sites = emit_checked(calloc(count, sizeof(*report.sites)));
	for (size_t i = 0; i < count; i++)
		report.sites[i] = site_of(view, sorted[i]);
	group_find_origins(&report);
	for (size_t i = 0; i < count; i++) {
		sorted[i]->site = keep_site(view, stacks, sorted[i], &report.sites[i]);
		free(report.sites[i].frames);
	}
	free(report.sites);
}

static int compare_stacks(const void *a, const void *b)
{
	const struct stack *x = *(struct stack *const *)a, *y = *(struct stack *const *)b;

	if (x->figures.bytes != y->figures.bytes)
		return x->figures.bytes < y->figures.bytes ? 1 : -1;
	return (x > y) - (x < y);
}

static void find_sites(struct profile_view *view)
{
	struct stacks stacks = {.count = 0};
	struct stack **sorted;

	find_stacks(view, &stacks);
	sorted = emit_checked(calloc(stacks.count + 1, sizeof(*sorted)));
	view->sites = emit_checked(calloc(stacks.count + 1, sizeof(*view->sites)));
	for (size_t i = 0; i < stacks.count; i++)
		sorted[i] = &stacks.stacks[i];
	qsort(sorted, stacks.count, sizeof(*sorted), compare_stacks);
	for (size_t done = 0, next; done < stacks.count; done += next) {
		next = stacks.count - done;
		next = next < STACKS_TOGETHER ? next : STACKS_TOGETHER;
		name_stacks(view, &stacks, sorted + done, next);
	}
	for (size_t i = 0; i < view->row_count; i++) {
		struct view_row *row = &view->rows[i];

		row->site = stacks.stacks[stacks.of_rows[i]].site;
		view_add(&view->sites[row->site].figures[row->phase], &row->figures);
	}
	free(sorted);
	free(stacks.stacks);
	free(stacks.of_rows);
	intern_free(&stacks.numbers);
	intern_free(&stacks.ids);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void link_nodes(struct profile_view *view)
{
	for (size_t i = view->node_count; i-- > 0;) {
		struct view_node *node = &view->nodes[i];
		uint32_t *first =
			node->parent != VIEW_NONE ? &view->nodes[node->parent].child : &view->root;

		node->next = *first;
		*first = (uint32_t)i;
	}
}

void profile_view_finish(struct profile_view *view)
{
	link_nodes(view);
	find_sites(view);
	for (size_t i = 0; i < view->row_count; i++)
		view_add(&view->totals[view->rows[i].phase], &view->rows[i].figures);
}
