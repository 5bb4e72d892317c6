/* SPDX-License-Identifier: MIT */
/*
 * Makes rows of sites. It must not know how a row is shown.
 */
#include "group.h"

#include "frame.h"
#include "wrapper.h"

#include <stdlib.h>
#include <string.h>

const struct report_frame *group_origin(const struct report_site *site)
{
	return site->origin < site->frame_count ? &site->frames[site->origin] : NULL;
}

enum group_family group_family(const char *function)
{
	static const struct {
		const char *begin;
		enum group_family family;
	} beginnings[] = {
		{"operator new", GROUP_NEW},
		{"operator delete", GROUP_DELETE},
		{"free", GROUP_FREE},
		{"cfree", GROUP_FREE},
	};
	static const char *const others[] = {"malloc",	     "calloc",	"realloc",
					     "reallocarray", "valloc",	"posix_memalign",
					     "memalign",     "pvalloc", "aligned_alloc"};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncmp(function, beginnings[i].begin, strlen(beginnings[i].begin)) == 0)
			return beginnings[i].family;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(function, others[i]) == 0)
			return GROUP_MALLOC;
	return GROUP_OTHER; /* as unlock_allocations(), of a sealed heap */
}

static struct slice slice_of(const char *name)
{
	return (struct slice){name, name != NULL ? strlen(name) : 0};
}

static struct slice name_of(const struct report_site *site, enum group_key key)
{
	const struct report_frame *origin = group_origin(site);

	if (key == GROUP_THREADS)
		return slice_of(site->thread);
	if (origin == NULL)
		return slice_of(NULL);
	if (key == GROUP_MODULES)
		return slice_of(origin->module);
	return origin->function == NULL
		       ? slice_of(NULL)
		       : (struct slice){origin->function, frame_name_length(origin->function)};
}

/* Only for functions of the program's own: a function of a library is itself what was called. */
const struct report_frame *group_called(const struct report_site *site)
{
	const struct report_frame *origin = group_origin(site);

	if (origin == NULL || frame_is_of_system(origin))
		return NULL;
	for (size_t i = site->origin; i-- > 0;) {
		const struct report_frame *frame = &site->frames[i];

		if (!frame_is_of_system(frame))
			return NULL;
		if (frame->function != NULL && !wrapper_is_known(frame->function))
			return frame;
	}
	return NULL;
}

static struct group_row row_of(const struct report_site *site, enum group_key key)
{
	return (struct group_row){
		.site = site,
		.origin = group_origin(site),
		.name = name_of(site, key),
		.entry = site->function,
		.called = group_called(site),
		.family = group_family(site->function),
		.one_file = true,
		.one_line = true,
		.count = site->count,
		.bytes = site->bytes,
		.sites = 1,
	};
}

static int compare_slices(struct slice a, struct slice b)
{
	size_t common = a.length < b.length ? a.length : b.length;
	int order = common > 0 ? memcmp(a.start, b.start, common) : 0;

	if (order != 0)
		return order;
	if (a.length != b.length)
		return a.length < b.length ? -1 : 1;
	return (a.start != NULL) - (b.start != NULL);
}

/* Orders rows so that those with the same name are neighbours. */
static int compare_names(const void *a, const void *b)
{
	const struct group_row *left = a, *right = b;

	return compare_slices(left->name, right->name);
}

/* Sites of one function are kept apart if the module or the family differs. */
static int compare_functions(const void *a, const void *b)
{
	const struct group_row *left = a, *right = b;
	int order = compare_names(a, b);

	if (order == 0)
		order = (left->origin != NULL) - (right->origin != NULL);
	if (order == 0 && left->origin != NULL)
		order = frame_compare_names(left->origin->module, right->origin->module);
	/* Of functions without names each call is a row: one row of all would tell nothing. */
	if (order == 0 && left->origin != NULL && left->name.start == NULL)
		order = (left->origin->offset > right->origin->offset) -
			(left->origin->offset < right->origin->offset);
	return order != 0 ? order : (int)left->family - (int)right->family;
}

/* Of equal rows the one with the smaller id comes first: the same report gives the same table. */
static int compare_sizes(uint64_t left, uint64_t right, uint64_t left_next, uint64_t right_next,
			 const struct group_row *one, const struct group_row *other)
{
	if (left != right)
		return left > right ? -1 : 1;
	if (left_next != right_next)
		return left_next > right_next ? -1 : 1;
	return compare_functions(one, other) != 0 ? compare_functions(one, other)
						  : strcmp(one->site->id, other->site->id);
}

static int compare_counts(const void *a, const void *b)
{
	const struct group_row *left = a, *right = b;

	return compare_sizes(left->count, right->count, left->bytes, right->bytes, left, right);
}

static int compare_bytes(const void *a, const void *b)
{
	const struct group_row *left = a, *right = b;

	return compare_sizes(left->bytes, right->bytes, left->count, right->count, left, right);
}

/* Adds numbers; a sum that is too large becomes the largest number. */
static void add(uint64_t *sum, uint64_t number)
{
	if (__builtin_add_overflow(*sum, number, sum))
		*sum = UINT64_MAX;
}

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void merge(struct group_row *row, const struct group_row *other)
{
	const struct report_frame *one = row->origin, *next = other->origin;

	row->one_file =
		row->one_file && one != NULL && next != NULL && is_same(one->file, next->file);
	row->one_line = row->one_line && row->one_file && one->line == next->line;
	if (row->called == NULL || other->called == NULL ||
	    frame_compare(row->called, other->called) != 0)
		row->called = NULL;
	if (row->entry != NULL && strcmp(row->entry, other->entry) != 0)
		row->entry = NULL;
	if (row->family != other->family)
		row->family = GROUP_OTHER;
	if (other->site->count > row->site->count) {
		row->site = other->site;
		row->origin = other->origin;
	}
	add(&row->count, other->count);
	add(&row->bytes, other->bytes);
	row->sites++;
}

/* Makes neighbours that compare as equal one row. */
static void merge_equal(struct group_rows *rows, int (*compare)(const void *, const void *))
{
	size_t kept = 0;

	qsort(rows->rows, rows->count, sizeof(struct group_row), compare);
	for (size_t i = 1; i < rows->count; i++) {
		if (compare(&rows->rows[kept], &rows->rows[i]) == 0)
			merge(&rows->rows[kept], &rows->rows[i]);
		else
			rows->rows[++kept] = rows->rows[i];
	}
	rows->count = rows->count > 0 ? kept + 1 : 0;
}

bool group_rows(const struct report *report, enum group_key key, enum group_order order,
		struct group_rows *rows)
{
	rows->count = report->site_count;
	rows->rows = calloc(rows->count + 1, sizeof(struct group_row));
	if (rows->rows == NULL)
		return false;
	for (size_t i = 0; i < rows->count; i++)
		rows->rows[i] = row_of(&report->sites[i], key);
	if (key != GROUP_SITES)
		merge_equal(rows, key == GROUP_FUNCTIONS ? compare_functions : compare_names);
	qsort(rows->rows, rows->count, sizeof(struct group_row),
	      order == GROUP_BY_BYTES ? compare_bytes : compare_counts);
	return true;
}

void group_rows_free(struct group_rows *rows)
{
	free(rows->rows);
	*rows = (struct group_rows){0};
}
