/* SPDX-License-Identifier: MIT */
/*
 * Watches: whoever asked for it is told of the requests of a thread, or of the process. All
 * functions: the caller's own thread, signal handlers too; no heap request, no lock.
 */
#ifndef PL_WATCH_H
#define PL_WATCH_H

#include "common/base.h"
#include "thread/thread.h"

#include <phaselock/phaselock.h>

struct pl_request;

/* Returns whether this thread's requests are to be told now: never from inside a watcher. */
bool pl_watch_is_on(const struct pl_thread *thread);

/* Returns whether somebody watches the whole process, and so every thread. */
bool pl_watch_of_process(void);

/*
 * Tells of a request before it is judged; forbidden says what the judgement would be. Returns the
 * answer of the innermost watch that gives one.
 */
enum phaselock_answer pl_watch_request(struct pl_thread *thread, const struct pl_request *request,
				       bool forbidden);

/* Tells of the block that a request got; NULL if it failed. */
void pl_watch_result(struct pl_thread *thread, const struct pl_request *request, const void *block);

/* Tells of a block that is about to be given back. */
void pl_watch_release(struct pl_thread *thread, const struct pl_request *request);

#endif
