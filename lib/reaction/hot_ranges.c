/* SPDX-License-Identifier: MIT */
/*
 * Ranges of addresses, sorted by heapsort: it needs no memory and no recursion, and a library of
 * many functions takes no longer than its size says. It must not know whose ranges they are.
 */
#include "reaction/hot_ranges.h"

/* Whether the first of two ranges comes first: of those with one start, the one that is to stay. */
static bool comes_first(const struct pl_hot_range *a, const struct pl_hot_range *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	if (a->end != b->end)
		return a->end > b->end;
	return a->name[0] != '_' && b->name[0] == '_';
}

static void exchange(struct pl_hot_range *a, struct pl_hot_range *b)
{
	struct pl_hot_range kept = *a;

	*a = *b;
	*b = kept;
}

/* Restores the heap, whose first element is the last in order, below one that may be too early. */
static void sink(struct pl_hot_range *list, size_t at, size_t count)
{
	for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
		if (child + 1 < count && comes_first(&list[child], &list[child + 1]))
			child++;
		if (!comes_first(&list[at], &list[child]))
			return;
		exchange(&list[at], &list[child]);
		at = child;
	}
}

/* Drops what lies in an earlier range, and cuts off what does in part. */
static size_t make_disjoint(struct pl_hot_range *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct pl_hot_range next = list[i];

		if (kept > 0 && next.start < list[kept - 1].end)
			next.start = list[kept - 1].end;
		if (next.start < next.end)
			list[kept++] = next;
	}
	return kept;
}

void pl_hot_ranges_sort(struct pl_hot_ranges *ranges)
{
	struct pl_hot_range *list = ranges->list;

	for (size_t i = ranges->count / 2; i > 0; i--)
		sink(list, i - 1, ranges->count);
	for (size_t left = ranges->count; left > 1; left--) {
		exchange(&list[0], &list[left - 1]);
		sink(list, 0, left - 1);
	}
	ranges->count = make_disjoint(list, ranges->count);
}

const struct pl_hot_range *pl_hot_ranges_find(const struct pl_hot_ranges *ranges, uintptr_t address)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct pl_hot_range *range = &ranges->list[middle];

		if (address < range->start)
			high = middle;
		else if (address >= range->end)
			low = middle + 1;
		else
			return range;
	}
	return NULL;
}
