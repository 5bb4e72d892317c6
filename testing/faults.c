/* SPDX-License-Identifier: MIT */
/*
 * Makes one request of a thread fail. It must not know who makes the request, nor what follows.
 *
 * The watch is never ended here, since that would end watches that were begun later. When no
 * request is left to fail it asks for no call stacks, so it costs little.
 */
#define PHASELOCK_OPTIONAL
#include "check.h"
#include "framework.h"

#include <phaselock/watch.h>

static enum phaselock_answer see(const struct phaselock_event *event, void *context);

static _Thread_local struct {
	struct phaselock_watch watch;
	uint64_t left; /* requests until the one that fails; 0: none fails */
	bool failed;
	bool pending; /* the request was told to fail, and no event came since */
} fault;

static enum phaselock_answer see(const struct phaselock_event *event, void *context)
{
	(void)context;
	if (event->kind == PHASELOCK_EVENT_RESULT && fault.pending)
		fault.failed = false; /* another watch made the library serve it */
	fault.pending = false;
	if (event->kind != PHASELOCK_EVENT_REQUEST || fault.left == 0 || framework_made(event) ||
	    --fault.left > 0)
		return PHASELOCK_GO_ON;
	fault.watch.frames = 0;
	fault.failed = fault.pending = true;
	return PHASELOCK_FAIL;
}

void phaselock_fail_nth_(uint64_t n, const char *file, int line, bool skip_if_absent)
{
	const struct phaselock_check_spec spec = {.kind = PHASELOCK_CHECK_MEASURES,
						  .name = "phaselock_fail_nth",
						  .file = file,
						  .line = line,
						  .skip_if_absent = skip_if_absent};

	fault.left = 0;
	fault.failed = fault.pending = false;
	fault.watch.frames = 0;
	if (n == 0 || !check_can_see(&spec))
		return;
	fault.watch.watcher = see;
	fault.watch.frames = FRAMES;
	phaselock_watch_begin(&fault.watch); /* does nothing if it is open */
	fault.left = n;
}

bool phaselock_nth_failed(void)
{
	return fault.failed;
}
