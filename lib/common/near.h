/* SPDX-License-Identifier: MIT */
/*
 * Which known word somebody meant who mistyped one. Pure functions, shared with the command: any
 * thread; no heap request.
 */
#ifndef PL_NEAR_H
#define PL_NEAR_H

#include "common/base.h"

/* A longer word, with its terminator, is near to nothing. */
#define PL_NEAR_SIZE 32

struct pl_near {
	const char *word; /* What was typed; not terminated. */
	size_t length;
	size_t distance;	 /* Of the best one. */
	char best[PL_NEAR_SIZE]; /* "": none is near */
};

/* Begins a search. The word must stay where it is until the search is over. */
struct pl_near pl_near_to(const char *word, size_t length);

/*
 * Offers a known word. A letter that is wrong, missing, too many, or swapped with its neighbour is
 * one slip; capitals, and _ for -, are none. Near is one slip for each three letters of the known
 * word, two at most. The nearest is kept, of several the first.
 */
void pl_near_offer(struct pl_near *near, const char *known, size_t length);

/*
 * Offers those of "abort|0..64|/path" that begin with a letter: the others are no words, but say
 * what one may be.
 */
void pl_near_offer_each(struct pl_near *near, const char *words);

#endif
