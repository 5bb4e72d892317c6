/* SPDX-License-Identifier: MIT */
/*
 * For the programs of symbolize*.test: MARK() notes where it stands as the next frame of a report.
 */
#ifndef TEST_PLACES_H
#define TEST_PLACES_H

#ifdef __cplusplus
extern "C"
#endif
	void
	mark(void);

/* What follows keeps the call from becoming a jump. */
#define MARK() (mark(), marked++)
extern volatile int marked;

#define APART __attribute__((noinline))
#define INSIDE inline __attribute__((always_inline))

#endif
