/* SPDX-License-Identifier: MIT */
/* The median of the last samples: memory is taken by median_create() alone. */
#ifndef MEDIAN_H
#define MEDIAN_H

#include <stddef.h>

struct median;

/* Returns NULL if there is no memory. */
struct median *median_create(size_t window);
void median_destroy(struct median *median);

/* Takes a sample, and returns the median of the last ones, at most `window` of them. */
double median_put(struct median *median, double sample);

/* Forgets all samples. */
void median_reset(struct median *median);

#endif
