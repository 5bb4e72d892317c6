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
	uint64_t generation; /* which lock it is of; 0: of none yet */
	uint64_t time_ns;    /* CLOCK_MONOTONIC */
	uint64_t thread_id;
	char thread_name[16];
	const char *option; /* that asked for the lock, such as "lock=main"; NULL: a call did */
	uint64_t frame_count;
	uint64_t end; /* enum pl_unwind_end: of the frames */
	void *frames[PHASELOCK_FRAMES_MAX];
};

/* How many frames of a call stack are taken. Before any lock, from the constructor. */
void pl_history_set_frames(unsigned frames);

/* Fills in this thread, this moment, and caller for the call stack. Any thread. */
void pl_history_take(struct pl_history *history, const char *option, const void *caller);

/* Remembers it as the lock in force. Callers hold PL_LOCK_PHASE. */
void pl_history_keep(struct pl_history *history);

/*
 * Takes the call stack from caller on, for the lock that was kept, and has its frames named: when
 * the heap is locked, for it takes long, and by the thread that locked it, on whose stack the
 * modules are. Until then, and if a later lock is in force, that lock has its caller alone.
 * Any thread; never waits.
 */
void pl_history_complete(const struct pl_history *history, const void *caller);

/* Remembers the call stack of a lock that was kept. Any thread; never waits. */
void pl_history_keep_stack(const struct pl_history *history);

/*
 * Copies the lock in force, or the last one. Returns false if there never was one. Any thread;
 * never waits: under a writer it reads again, and a writer is rare.
 */
bool pl_history_last(struct pl_history *out);

#endif
