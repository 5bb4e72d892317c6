/* SPDX-License-Identifier: MIT */
/*
 * Whether a request is under a function that must not allocate. It must not know what becomes of
 * the request then, nor how functions are found by their names.
 */
#include "reaction/hot_functions.h"

#include "common/channel.h"
#include "reaction/hot_modules.h"
#include "report/report.h"
#include "stack/unwind.h"
#include "thread/locks.h"
#include "thread/phase.h"

#include <stdatomic.h>

/* Requests whose stacks could not be read to their ends; any thread adds, relaxed. */
static _Atomic uint64_t unread;

void pl_hot_functions_start(void)
{
	struct pl_os_signals before;

	if (!pl_hot_functions_exist())
		return;
	if (!pl_hot_modules_start())
		pl_report_message(PL_OPTIONS_VARIABLE
				  ": hot: no memory for the functions; they are not looked for");
	pl_lock(PL_LOCK_PHASE, &before);
	pl_phase_watch(PL_PHASE_WATCHED_HOT, true);
	pl_unlock(PL_LOCK_PHASE, &before);
}

struct walk {
	struct pl_hot_module module;
	struct pl_hot_function *found;
};

static bool look(const struct pl_unwind_frame *frame, void *argument)
{
	struct walk *walk = argument;
	const struct pl_hot_range *range = pl_hot_modules_find(frame, &walk->module);

	if (range == NULL)
		return false;
	walk->found->name = range->name;
	walk->found->pattern = pl_options_hot(&pl_settings.options, range->pattern);
	return true;
}

bool pl_hot_functions_find(const void *caller, struct pl_hot_function *found)
{
	struct walk walk = {.found = found};
	enum pl_unwind_end end = pl_unwind_each(caller, look, &walk);

	if (end != PL_UNWIND_FULL && end != PL_UNWIND_WHOLE) {
		atomic_fetch_add_explicit(&unread, 1, memory_order_relaxed);
		PL_CHANNEL_COUNT(hot_unread);
	}
	return end == PL_UNWIND_FULL;
}

void pl_hot_functions_complete(void)
{
	if (pl_hot_functions_exist())
		pl_hot_modules_look_at_all();
}

bool pl_hot_functions_matched(unsigned pattern)
{
	return (pl_hot_modules_matched() >> pattern & 1) != 0;
}

uint64_t pl_hot_functions_unread(void)
{
	return atomic_load_explicit(&unread, memory_order_relaxed);
}
