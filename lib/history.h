/* SPDX-License-Identifier: MIT */
/*
 * Who locked the heap: remembered for the reports. For every function: signal handlers too, no heap
 * request.
 */
#ifndef PL_HISTORY_H
#define PL_HISTORY_H

#include "base.h"

#include <phaselock/phaselock.h>

struct pl_history {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t thread_id;
	char thread_name[16];
	const char *option; /* that asked for the lock, such as "lock=main"; NULL: a call did */
	unsigned frame_count;
	void *frames[PHASELOCK_FRAMES_MAX];
};

/* How many frames of a call stack are taken. Before any lock, from the constructor. */
void pl_history_set_frames(unsigned frames);

/* Fills in this thread, this moment and this call stack, from caller on. Any thread. */
void pl_history_take(struct pl_history *history, const char *option, const void *caller);

/* Remembers it as the lock in force. Callers hold PL_LOCK_PHASE. */
void pl_history_keep(const struct pl_history *history);

/*
 * Copies the lock in force, or the last one. Returns false if there never was one. Any thread;
 * never waits: under a writer it reads again, and a writer is rare.
 */
bool pl_history_last(struct pl_history *out);

#endif
