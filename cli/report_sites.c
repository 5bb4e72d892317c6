/* SPDX-License-Identifier: MIT */
/*
 * Sites of a report that are the same become one. It must not know where they are from.
 */
#define _GNU_SOURCE
#include "report_sites.h"

#include "frame.h"

#include <stdlib.h>
#include <string.h>

/* Adds the counts of one site to another of the same id, and gives it back. */
static void join(struct report_site *site, struct report_site *other)
{
	site->count += other->count;
	site->bytes += other->bytes;
	if (other->first_ns < site->first_ns)
		site->first_ns = other->first_ns;
	if (other->last_ns > site->last_ns)
		site->last_ns = other->last_ns;
	report_site_free(other);
}

/* Of equal sites the one with the larger count comes first, then the earlier one. */
static int compare_weights(const struct report_site *x, const struct report_site *y)
{
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->first_ns > y->first_ns ? 1 : x->first_ns < y->first_ns ? -1 : 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct report_site *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order != 0 ? order : compare_weights(x, y);
}

/* Compares beyond the frames that make the id, too: the frames above decide who is to blame. */
static int compare_stacks(const struct report_site *x, const struct report_site *y)
{
	int order = strcmp(x->id, y->id);

	for (size_t i = 0; order == 0 && i < x->frame_count && i < y->frame_count; i++) {
		const struct report_frame *one = &x->frames[i], *other = &y->frames[i];

		order = (one->offset > other->offset) - (one->offset < other->offset);
		if (order == 0)
			order = frame_compare(one, other);
	}
	if (order == 0)
		order = (x->frame_count > y->frame_count) - (x->frame_count < y->frame_count);
	return order;
}

static int compare_sites(const void *a, const void *b)
{
	int order = compare_stacks(a, b);

	return order != 0 ? order : compare_weights(a, b);
}

static bool has_same_id(const struct report_site *x, const struct report_site *y)
{
	return strcmp(x->id, y->id) == 0;
}

static bool has_same_stack(const struct report_site *x, const struct report_site *y)
{
	return compare_stacks(x, y) == 0;
}

static int compare_counts(const void *a, const void *b)
{
	const struct report_site *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->id, y->id);
}

/* Merges sites that are the same; compare makes these neighbours. */
static void merge(struct report *report, int (*compare)(const void *, const void *),
		  bool (*is_same)(const struct report_site *, const struct report_site *))
{
	size_t kept = 0;

	if (report->site_count == 0)
		return;
	qsort(report->sites, report->site_count, sizeof(*report->sites), compare);
	for (size_t i = 0; i < report->site_count; i++)
		if (kept > 0 && is_same(&report->sites[kept - 1], &report->sites[i]))
			join(&report->sites[kept - 1], &report->sites[i]);
		else
			report->sites[kept++] = report->sites[i];
	report->site_count = kept;
	qsort(report->sites, kept, sizeof(*report->sites), compare_counts);
}

void report_merge_ids(struct report *report)
{
	merge(report, compare_ids, has_same_id);
}

void report_merge_stacks(struct report *report)
{
	merge(report, compare_sites, has_same_stack);
}
