/* SPDX-License-Identifier: MIT */
/* Who called the test: the rest of a stack is theirs. */
#ifndef TESTING_CALLERS_H
#define TESTING_CALLERS_H

#include <phaselock/phaselock.h>

/* Notes the call stack of this thread, where a test begins. No heap request that counts. */
void callers_note(void);

/* It has ended. */
void callers_forget(void);

/* Where a stack leaves what was called since the note. */
struct callers_edge {
	unsigned frames; /* that are of what was called since, with whom the note was taken in */
	bool has_noter;	 /* the last of these frames and the note have a caller in common */
	void *noter;	 /* there: the return address that the note has */
	void *last;	 /* and the one that the stack has */
};

/*
 * Finds the edge of a request's stack: all frames are inside if it is another thread's, or cut
 * before that. From inside a watcher, too.
 */
struct callers_edge callers_find(const struct phaselock_violation *request);

#endif
