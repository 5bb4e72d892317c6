/* SPDX-License-Identifier: MIT */
/* An open assertion, and what it keeps of the requests it sees. */
#ifndef TESTING_SEEN_H
#define TESTING_SEEN_H

#include "naming.h"

#include <phaselock/assert.h>
#include <phaselock/watch.h>

#include <stdatomic.h>
#include <sys/types.h>

#define REQUESTS_KEPT 8 /* distinct requests that a failure lists */
#define FILE_SIZE 1024	/* longer names of an assertion's file are cut */

/* The request most like the one that an assertion of a violation wants. */
struct nearest {
	const char *function; /* NULL: there was none */
	size_t size;
	unsigned differences; /* see wanted.h */
};

struct phaselock_check {
	atomic_bool taken;
	struct phaselock_check *outer; /* the enclosing one, on the same thread */
	struct phaselock_check_spec spec;
	char name[NAME_SIZE]; /* spec.name: the caller's may be on a stack frame that is gone */
	enum phaselock_check_result result;
	const char *reason; /* why it cannot be judged, or NULL */
	bool has_run;
	bool not_armed;	    /* it has failed for this; its block's requests are served */
	bool of_parent;	    /* this process is a child, and it was open at the fork */
	bool told;	    /* its failure is reported, but only its thread can end its watch */
	const void *thread; /* the address of its thread's `innermost` */
	pid_t process;
	struct phaselock_watch watch;
	_Atomic uint64_t allocations, bytes, deallocations, violations;
	atomic_bool ledger_full;
	atomic_flag requests_lock; /* guards the fields below */
	struct nearest nearest;
	size_t request_count;
	struct phaselock_violation requests[REQUESTS_KEPT];
	struct phaselock_advice
		advice[REQUESTS_KEPT]; /* for each; .function is NULL: there is none */
};

/* The watcher of an assertion; its context is the assertion. */
enum phaselock_answer seen_watcher(const struct phaselock_event *event, void *context);

#endif
