/* SPDX-License-Identifier: MIT */
/* One run of a function in a child process, with one of its requests failing. */
#ifndef TESTING_ONE_FAILURE_H
#define TESTING_ONE_FAILURE_H

#include "child.h"

#include <stdint.h>

/* What the child tells. */
struct one_failure {
	bool failed;	    /* it made that many requests, and the last of them failed */
	char request[4096]; /* that one */
	uint64_t leaked;    /* blocks; of a run that came to its end */
	bool leaks_unknown; /* there were more than can be followed */
	char leaks[8192];   /* the first of their requests */
};

/*
 * Runs it with its nth request failing, and waits. The child's end and number are then those of the
 * run, and its shared memory is a struct one_failure, until child_release().
 */
void one_failure_run(struct child *child, int (*function)(void *context), void *context,
		     uint64_t nth);

#endif
