/* SPDX-License-Identifier: MIT */
/* What to do with a request that needs a second look. For the files of this room. */
#ifndef PL_JUDGE_H
#define PL_JUDGE_H

#include "common/settings.h"
#include "reaction/hot_functions.h"
#include "request/ruling.h"
#include "request/watch.h"
#include "thread/strays.h"
#include "thread/thread.h"

/*
 * PL_APART: the thread has no record and must not get one, because it is being registered, or
 * frees. pl_strays counts what it does.
 */
enum pl_outcome { PL_SERVE, PL_REFUSE, PL_PROBED, PL_APART };

/*
 * Carries out the ruling. Returns whether to serve or refuse the request, or that it was only a
 * probe.
 */
enum pl_outcome pl_judge(struct pl_thread *thread, const struct pl_request *request);

/* Returns the ruling alone, with no effect. hot: filled in if it is PL_AGAINST_HOT. */
enum pl_ruling pl_judge_ruling(const struct pl_thread *thread, const struct pl_request *request,
			       struct pl_hot_function *hot);

/*
 * A free does not create a record for its thread. It may be libc's, for a thread whose destructors
 * have all run: the record would then point to memory that goes away. Exceptions: a thread that
 * frees a lot gets one, because it would be slow without; and every thread does while somebody
 * watches the process, because otherwise no watcher could be told.
 */
PL_INLINE struct pl_thread *pl_judge_who_frees(void)
{
	struct pl_thread *thread = pl_thread_registered();

	if (thread == NULL && (pl_strays_are_many() || pl_watch_of_process()))
		thread = pl_thread_self();
	return thread;
}

/* Returns whether a thread without a record may give a block back. */
PL_INLINE bool pl_judge_release_apart(const struct pl_request *request)
{
	return !pl_settings.free_is_forbidden || pl_judge(&pl_strays, request) == PL_SERVE;
}

#endif
