/* SPDX-License-Identifier: MIT */
/* An assertion that is open, and what it sees of the requests. */
#ifndef TESTING_SEEN_H
#define TESTING_SEEN_H

#include "naming.h"

#include <phaselock/assert.h>
#include <phaselock/watch.h>

#include <stdatomic.h>
#include <sys/types.h>

#define REQUESTS_KEPT 8 /* distinct requests that a failure tells of */
#define FILE_SIZE 1024	/* of the file that an assertion is in, which is cut there */

/* The request that came nearest to the one that an assertion of a violation is about. */
struct nearest {
	const char *function; /* NULL: there was none */
	size_t size;
	unsigned differences; /* of wanted.h */
};

struct phaselock_check {
	atomic_bool taken;
	struct phaselock_check *outer; /* of the same thread */
	struct phaselock_check_spec spec;
	char name[NAME_SIZE]; /* spec.name: the caller's may be on a stack that is left */
	enum phaselock_check_result result;
	const char *reason; /* why it cannot be judged, or NULL */
	bool has_run;
	bool not_armed;	    /* it has failed so; what its block asks for is served */
	bool of_parent;	    /* this is a child, and it was open at the fork */
	bool told;	    /* it has failed, but its watch can only be ended by its thread */
	const void *thread; /* the address of that thread's innermost */
	pid_t process;
	struct phaselock_watch watch;
	_Atomic uint64_t allocations, bytes, deallocations, violations;
	atomic_bool ledger_full;
	atomic_flag requests_lock; /* of what is below */
	struct nearest nearest;
	size_t request_count;
	struct phaselock_violation requests[REQUESTS_KEPT];
	struct phaselock_advice
		advice[REQUESTS_KEPT]; /* of each; .function is NULL: there is none */
};

/* The watcher of an assertion, which is its context. */
enum phaselock_answer seen_watcher(const struct phaselock_event *event, void *context);

#endif
