/* SPDX-License-Identifier: MIT */
/*
 * Finds the frames by which a person would name sites. It must not know what is done with them.
 */
#include "group.h"

#include "frame.h"
#include "wrapper.h"

#include <stdlib.h>

/* The frame that would be the origin, and three more, since wrappers have wrappers as callers. */
#define WAY_FRAMES 4

/* A bound, since names could be made that fold for very long. */
#define ROUNDS_MAX 64

/* The way by which a site came to the first of its frames that is left. */
struct way {
	struct report_site *site;
	const struct report_frame *frames[WAY_FRAMES]; /* then NULL */
};

static bool is_folded(const struct report_frame *frame)
{
	return frame_is_runtime(frame) || wrapper_is_known(frame->function);
}

/* What was seen on the way to the first frame of the program's own that has a name. */
struct search {
	size_t inner;	/* the first function of the system's that has a name */
	size_t called;	/* the last one: the one that the program called */
	size_t unnamed; /* the first of the program's own without a name */
};

/* Returns what to take if no frame of the program's own has a name; frame_count: nothing. */
static size_t choose(const struct report_site *site, const struct search *search)
{
	if (search->unnamed == site->frame_count)
		return search->inner;
	return search->called < search->unnamed ? search->called : search->unnamed;
}

/*
 * The first frame from there on that is the program's own and not folded; frame_count, if there is
 * none. If the program's own frame has no name, it is the next one of the same module that has one.
 * If none has a name, the library's function that the program called says more than "somewhere in
 * the program". In a stack without the program, as of a library's thread, the innermost function
 * does.
 */
static size_t next_frame(const struct report_site *site, size_t at)
{
	const size_t none = site->frame_count;
	struct search search = {none, none, none};

	for (; at < none; at++) {
		const struct report_frame *frame = &site->frames[at];
		bool is_named = frame->function != NULL;

		if (search.unnamed < none &&
		    frame_compare_names(frame->module, site->frames[search.unnamed].module) != 0)
			break;
		if (is_folded(frame))
			continue;
		if (frame_is_of_system(frame)) {
			search.called = is_named ? at : search.called;
			search.inner = search.inner == none ? search.called : search.inner;
		} else if (is_named) {
			return at;
		} else if (search.unnamed == none) {
			search.unnamed = at;
		}
	}
	return choose(site, &search);
}

static int compare_ways(const void *a, const void *b)
{
	const struct way *left = a, *right = b;

	for (size_t i = 0; i < WAY_FRAMES; i++) {
		const struct report_frame *one = left->frames[i], *other = right->frames[i];
		int order = one == NULL || other == NULL ? (one != NULL) - (other != NULL)
							 : frame_compare(one, other);

		if (order != 0 || one == NULL)
			return order;
	}
	return 0;
}

/* Finds the ways of all sites that have a frame left, sorted. Returns how many there are. */
static size_t find_ways(struct report *report, struct way *ways)
{
	size_t count = 0;

	for (size_t i = 0; i < report->site_count; i++) {
		struct report_site *site = &report->sites[i];
		struct way *way = &ways[count];
		size_t at = site->origin;

		if (at == site->frame_count)
			continue;
		*way = (struct way){.site = site};
		count++;
		for (size_t j = 0; j < WAY_FRAMES && at < site->frame_count; j++) {
			way->frames[j] = &site->frames[at];
			at = next_frame(site, at + 1);
		}
	}
	qsort(ways, count, sizeof(*ways), compare_ways);
	return count;
}

/* Returns how many sites, from the first on, share this frame; counts their ways to it. */
static size_t count_same(const struct way *ways, size_t count, size_t *different)
{
	size_t same = 1;

	*different = 1;
	for (; same < count; same++) {
		if (frame_compare(ways[0].frames[0], ways[same].frames[0]) != 0)
			break;
		*different += compare_ways(&ways[same - 1], &ways[same]) != 0;
	}
	return same;
}

/* Folds the function that is the first frame left in more than half of the sites, if any. */
static bool fold_one(struct report *report, struct way *ways)
{
	size_t count = find_ways(report, ways);
	size_t same, different;

	if (count < GROUP_SITES_MIN)
		return false;
	for (size_t i = 0; i < count; i += same) {
		same = count_same(ways + i, count - i, &different);
		if (same <= count / 2)
			continue;
		if (different < GROUP_WAYS_MIN || ways[i].frames[0]->function == NULL)
			return false;
		for (size_t j = i; j < i + same; j++)
			ways[j].site->origin = next_frame(ways[j].site, ways[j].site->origin + 1);
		return true;
	}
	return false;
}

/* A site that has a frame must have an origin. */
static void take_outermost(struct report_site *site)
{
	size_t at = site->frame_count;

	while (at > 0 && frame_is_runtime(&site->frames[at - 1]))
		at--;
	site->origin = at > 0 ? at - 1 : 0;
}

void group_find_origins(struct report *report)
{
	struct way *ways = calloc(report->site_count + 1, sizeof(*ways));

	for (size_t i = 0; i < report->site_count; i++)
		report->sites[i].origin = next_frame(&report->sites[i], 0);
	/* Without memory, only the well-known names are folded. */
	for (unsigned round = 0; ways != NULL && round < ROUNDS_MAX; round++)
		if (!fold_one(report, ways))
			break;
	free(ways);
	for (size_t i = 0; i < report->site_count; i++)
		if (report->sites[i].origin == report->sites[i].frame_count)
			take_outermost(&report->sites[i]);
}
