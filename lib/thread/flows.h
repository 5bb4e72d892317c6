/* SPDX-License-Identifier: MIT */
/*
 * The list of what is counted: the flows of struct phaselock_stats, and one that the public
 * structure adds to another. Each name stands here once. Code that declares, reads or adds up all
 * of them expands these lists; COUNT(name) is expanded for each name.
 */
#ifndef PL_FLOWS_H
#define PL_FLOWS_H

#include "common/base.h"

/* Counted by the hot path in the thread's own words, or in its record while its gate is closed. */
#define PL_FLOWS_IN_WORDS(COUNT)                                                                   \
	COUNT(allocations)                                                                         \
	COUNT(deallocations)                                                                       \
	COUNT(bytes_requested)

/* Counted in the record. */
#define PL_FLOWS_IN_RECORD(COUNT)                                                                  \
	COUNT(reallocations)                                                                       \
	COUNT(failed_allocations)                                                                  \
	COUNT(bytes_reallocated)                                                                   \
	COUNT(locked_attempts)                                                                     \
	COUNT(permitted_attempts)                                                                  \
	COUNT(suppressed_attempts)                                                                 \
	COUNT(locked_deallocations)

/* Counted by the backend. */
#define PL_FLOWS_IN_BACKEND(COUNT)                                                                 \
	COUNT(bytes_allocated)                                                                     \
	COUNT(bytes_deallocated)

/* Counted in the record; the public structure includes it in failed_allocations. */
#define PL_PARTS_IN_RECORD(COUNT) COUNT(failed_reallocations)

/* Those in the public structure. */
#define PL_FLOWS(COUNT)                                                                            \
	PL_FLOWS_IN_WORDS(COUNT) PL_FLOWS_IN_RECORD(COUNT) PL_FLOWS_IN_BACKEND(COUNT)

/* All. */
#define PL_COUNTS(COUNT) PL_FLOWS(COUNT) PL_PARTS_IN_RECORD(COUNT)

#endif
