/* SPDX-License-Identifier: MIT */
#include "median.h"

#include <stdlib.h>
#include <string.h>

struct median {
	size_t window;
	size_t count; /* of samples so far */
	double *last; /* the last ones, in the order of their coming */
	double *sorted;
};

struct median *median_create(size_t window)
{
	struct median *median = calloc(1, sizeof(*median));

	if (median == NULL)
		return NULL;
	median->window = window;
	median->last = calloc(window, sizeof(*median->last));
	median->sorted = calloc(window, sizeof(*median->sorted));
	if (window > 0 && median->last != NULL && median->sorted != NULL)
		return median;
	median_destroy(median);
	return NULL;
}

void median_destroy(struct median *median)
{
	if (median == NULL)
		return;
	free(median->last);
	free(median->sorted);
	free(median);
}

static void insert(double *sorted, size_t count, double sample)
{
	while (count > 0 && sorted[count - 1] > sample) {
		sorted[count] = sorted[count - 1];
		count--;
	}
	sorted[count] = sample;
}

double median_put(struct median *median, double sample)
{
	double *sorted = median->sorted;
	size_t count;

	median->last[median->count++ % median->window] = sample;
	count = median->count < median->window ? median->count : median->window;
	for (size_t i = 0; i < count; i++)
		insert(sorted, i, median->last[i]);
	return sorted[count / 2];
}

void median_reset(struct median *median)
{
	median->count = 0;
}
