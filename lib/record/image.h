/* SPDX-License-Identifier: MIT */
/*
 * This process in the record of its run. Without a record nothing is done. For every function: no
 * heap request, no lock; any thread, signal handlers too, but where it is said otherwise.
 */
#ifndef PL_IMAGE_H
#define PL_IMAGE_H

#include "common/layout.h"

/* From the constructor, or in the child of a fork(), before other threads: takes a place. */
void pl_image_begin(enum pl_layout_begin begin);

/* Has images written to another record than that of the run, which there is none of. */
void pl_image_use(struct pl_layout *record);

/* Returns the place, or NULL. */
struct pl_layout_image *pl_image(void);

/* Returns the place's number + 1, or 0. */
uint32_t pl_image_number(void);

/* Adds to a field, a member of struct pl_layout_image. */
#define PL_IMAGE_ADD(field, n)                                                                     \
	(pl_image() != NULL                                                                        \
		 ? (void)atomic_fetch_add_explicit(&pl_image()->field, n, memory_order_relaxed)    \
		 : (void)0)

/* The heap is locked from now on, or was so at the fork(). */
void pl_image_locked(void);

/* Adds what the process did in a phase. */
void pl_image_counts(const struct phaselock_stats *done, bool locked);

/* Writes its statistics. */
void pl_image_statistics(const struct phaselock_stats *stats);

/* The first end that is noted stays. */
void pl_image_end(enum pl_layout_end end);

/* The record is about to be taken away from this process, by phaselock_detach_child(). */
void pl_image_leave(void);

#endif
