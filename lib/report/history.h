/* SPDX-License-Identifier: MIT */
/*
 * Who locked the heap: remembered for the reports. For every function: signal handlers too, no heap
 * request.
 */
#ifndef PL_HISTORY_H
#define PL_HISTORY_H

#include "common/base.h"

#include <phaselock/phaselock.h>

struct pl_history {
	uint64_t generation; /* number of the lock; 0: there was none yet */
	uint64_t time_ns;    /* CLOCK_MONOTONIC */
	uint64_t thread_id;  /* 0: no thread of this process did it, and there is no call stack */
	char thread_name[16];
	const char *option; /* what asked for the lock, such as "lock=main"; NULL: a call */
	uint64_t frame_count;
	uint64_t end; /* enum pl_unwind_end: why the frames end */
	void *frames[PHASELOCK_FRAMES_MAX];
};

/* Sets how many frames of a call stack are taken. Before any lock, from the constructor. */
void pl_history_set_frames(unsigned frames);

/* Fills in this thread, the time, and caller as the only frame. Any thread. */
void pl_history_take(struct pl_history *history, const char *option, const void *caller);

/* Remembers it as the lock in force. Callers hold PL_LOCK_PHASE. */
void pl_history_keep(struct pl_history *history);

/*
 * Takes the call stack, from caller outwards, of the lock that was kept, and has its frames named.
 * Call it once the heap is locked, because it takes long, and on the thread that locked: only the
 * modules of its own stack are sure to be loaded. Until then the lock is known by its caller only,
 * and so is a later lock until its own call. Any thread; never waits.
 */
void pl_history_complete(const struct pl_history *history, const void *caller);

/* Remembers the call stack of a lock that was kept. Any thread; never waits. */
void pl_history_keep_stack(const struct pl_history *history);

/*
 * Copies the lock in force, or the last one. Returns false if there never was one. Any thread;
 * never waits: it reads again if a writer interferes, and writers are rare.
 */
bool pl_history_last(struct pl_history *out);

#endif
