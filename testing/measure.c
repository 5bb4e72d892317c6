/* SPDX-License-Identifier: MIT */
/*
 * Counts the requests of a function. It must not know what number is good.
 *
 * The counter is thread-local, not on the stack: a function that is left by longjmp() leaves the
 * watch open.
 */
#define PHASELOCK_OPTIONAL
#include "check.h"
#include "framework.h"

#include <phaselock/watch.h>

static _Thread_local struct {
	struct phaselock_watch watch;
	uint64_t requests;
	unsigned depth; /* of nested measurements; too large after a longjmp() */
} counter;

static enum phaselock_answer see(const struct phaselock_event *event, void *context)
{
	(void)context;
	if (event->kind == PHASELOCK_EVENT_REQUEST && !framework_made(event))
		counter.requests++;
	return event->forbidden ? PHASELOCK_SERVE : PHASELOCK_GO_ON;
}

double phaselock_allocs_per_run_(unsigned runs, void (*function)(void *context), void *context,
				 const char *file, int line, bool skip_if_absent)
{
	const struct phaselock_check_spec spec = {.kind = PHASELOCK_CHECK_MEASURES,
						  .name = "phaselock_allocs_per_run",
						  .file = file,
						  .line = line,
						  .skip_if_absent = skip_if_absent};
	uint64_t before;

	if (!check_can_see(&spec) || runs == 0)
		return __builtin_nan("");
	counter.watch.watcher = see;
	counter.watch.frames = FRAMES;
	counter.depth++;
	phaselock_watch_begin(&counter.watch); /* does nothing if it is open */
	function(context);
	before = counter.requests;
	for (unsigned i = 0; i < runs; i++)
		function(context);
	if (--counter.depth == 0)
		phaselock_watch_end(&counter.watch);
	return (double)(counter.requests - before) / runs;
}
