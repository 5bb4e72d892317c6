/* SPDX-License-Identifier: MIT */
/* One run of a function in a child process, with one of its requests failing. */
#ifndef TESTING_ONE_FAILURE_H
#define TESTING_ONE_FAILURE_H

#include "child.h"
#include "tally.h"

#include <stdint.h>

/* What the child reports. */
struct one_failure {
	bool failed;	    /* it came to the nth request, which failed */
	char request[4096]; /* the request that failed */
	struct tally tally; /* leaked blocks are counted if the run came to its end */
	bool leaks_unknown; /* there were more blocks than the ledger holds */
	char leaks[8192];   /* the requests of the first leaked blocks */
};

/*
 * Runs the function with its nth request failing, and waits. Then child->end and child->number tell
 * how the run ended, and child->shared is a struct one_failure until child_release().
 */
void one_failure_run(struct child *child, int (*function)(void *context), void *context,
		     uint64_t nth);

#endif
