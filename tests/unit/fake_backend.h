/* SPDX-License-Identifier: MIT */
/*
 * The backend of the unit tests: lib/backend/backend.h over the process's own malloc, which may be
 * a sanitizer's. It counts calls, keeps their arguments, counts usable bytes for each thread, and
 * fails on demand.
 */
#ifndef TEST_FAKE_BACKEND_H
#define TEST_FAKE_BACKEND_H

#include "backend/backend.h"

enum fake_function {
	FAKE_MALLOC,
	FAKE_FREE,
	FAKE_FREE_APART,
	FAKE_CALLOC,
	FAKE_ALIGNED,
	FAKE_REALLOC,
	FAKE_USABLE_SIZE,
	FAKE_THREAD_BYTES,
	FAKE_THREAD_END,
	FAKE_HOLD,
	FAKE_LET_GO,
	FAKE_FUNCTIONS,
};

/* The arguments of a call; arguments that the function lacks are 0. */
struct fake_call {
	const void *block;
	size_t size;
	size_t alignment;
};

/* Returns how often all threads called a function since the process started. */
uint64_t fake_backend_calls(enum fake_function function);

/* Returns how often they called functions that take, change or give back memory. */
uint64_t fake_backend_memory_calls(void);

/* Returns the arguments of this thread's last call of a function. */
struct fake_call fake_backend_last(enum fake_function function);

/* Makes this thread's nth call from now that takes memory fail, and no other; 0: none. */
void fake_backend_fail_nth(unsigned n);

/* Returns whether that call is still to come. */
bool fake_backend_failure_is_pending(void);

/* Return the usable bytes that this thread took and gave back since it started. */
uint64_t fake_backend_allocated(void);
uint64_t fake_backend_deallocated(void);

/* Calls hook once, within this thread's next pl_backend_thread_bytes(). */
void fake_backend_hook_thread_bytes(void (*hook)(void));

#endif
