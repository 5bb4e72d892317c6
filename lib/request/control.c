/* SPDX-License-Identifier: MIT */
/* The public functions of phase and scopes. It only orders the calls of those who do the work. */
#include "request/control.h"

#include "common/channel.h"
#include "thread/gate.h"
#include "record/image.h"
#include "record/told.h"
#include "report/history.h"
#include "stack/kept.h"
#include "thread/locks.h"
#include "request/moment.h"
#include "common/os.h"
#include "common/usdt.h"
#include "profile/profile.h"
#include "thread/phase.h"
#include "report/report.h"
#include "thread/stats.h"
#include "thread/thread.h"
#include "reaction/violation.h"

#include <phaselock/watch.h>

/*
 * Changes the phase by calling one of its writers, under its lock. If that locked the heap, keeps
 * who did it. Under `phaselock run`, adds what was done in the phase that ends to that phase's
 * sums. Returns what the writer returned.
 */
static bool change(bool (*write)(void), struct pl_history *history)
{
	bool was_locked, changed;
	struct pl_os_signals before;

	pl_moment_look(); /* what was wanted before comes before */
	pl_lock(PL_LOCK_PHASE, &before);
	was_locked = pl_phase_is_locked();
	/* Before the phase changes: who violates it then has to find who locked it. */
	if (history != NULL && !was_locked)
		pl_history_keep(history);
	changed = write();
	pl_unlock(PL_LOCK_PHASE, &before);
	if (pl_channel() != NULL)
		pl_stats_publish(was_locked);
	pl_profile_phase();
	return changed;
}

enum phaselock_phase phaselock_get_phase(void)
{
	pl_moment_look();
	return pl_phase_name();
}

static void count_lock(void)
{
	PL_CHANNEL_COUNT(locks);
	pl_channel_note(PL_CHANNEL_LOCKED);
	pl_image_locked();
}

static bool lock(void)
{
	pl_phase_lock();
	count_lock();
	return true;
}

static bool seal(void)
{
	count_lock();
	return pl_phase_seal();
}

static bool seal_but_permits(void)
{
	count_lock();
	return pl_phase_seal_but_permits();
}

void pl_control_fork_child(void)
{
	const struct pl_thread *thread = pl_thread_registered();

	if (pl_phase_is_locked())
		pl_image_locked();
	if (pl_phase_is_locked() || (thread != NULL && pl_gate_scope(thread) == PL_SCOPE_FORBID))
		pl_channel_note(PL_CHANNEL_LOCKED);
	if (pl_moment_is_followed)
		pl_channel_note(PL_CHANNEL_FOLLOWS);
}

void phaselock_lock_allocations(void)
{
	struct pl_history history;

	pl_history_take(&history, NULL, PL_CALLER());
	change(lock, &history);
	pl_history_complete(&history, PL_CALLER());
}

void pl_control_lock(const char *option, const void *caller)
{
	struct pl_history history;

	pl_history_take(&history, option, caller);
	change(lock, &history);
	pl_history_complete(&history, caller);
}

void phaselock_unlock_allocations(void)
{
	struct pl_request request = {.function = "unlock_allocations", .caller = PL_CALLER()};

	if (!change(pl_phase_unlock, NULL))
		pl_violation(&request, PHASELOCK_CAUSE_SEAL, NULL);
}

/* The caller is wrong about what is forbidden now, so there is no safe way to go on. */
static _Noreturn PL_COLD void misuse(const char *message)
{
	if (!pl_told_misuse(message))
		pl_report_message(message);
	PL_CHANNEL_COUNT(violations); /* `phaselock run` must not call this a pass */
	PL_CHANNEL_COUNT(told);
	pl_violation_end();
}

static void seal_by(bool (*write)(void), const void *caller)
{
	struct pl_request request = {.function = "seal_allocations", .caller = caller};
	struct pl_history history;

	pl_history_take(&history, NULL, caller);
	if (!change(write, &history))
		pl_violation(&request, PHASELOCK_CAUSE_SEAL, NULL);
	pl_history_complete(&history, caller);
}

void phaselock_seal_allocations(void)
{
	seal_by(seal, PL_CALLER());
}

void phaselock_seal_allocations_with(unsigned flags)
{
	/* A caller that knows more flags than this library asks for what it cannot give. */
	if ((flags & ~(unsigned)PHASELOCK_SEAL_PERMITS_HOLD) != 0)
		misuse("misuse: phaselock_seal_allocations_with() with flags that this library "
		       "does not know");
	seal_by((flags & PHASELOCK_SEAL_PERMITS_HOLD) != 0 ? seal_but_permits : seal, PL_CALLER());
}

static void begin(enum pl_scope scope, const void *caller)
{
	struct pl_thread *thread = pl_thread_self();
	const char *fault = NULL;

	if (thread == NULL)
		fault = "misuse: no memory to keep the scopes of this thread";
	else if (!pl_gate_scope_begin(thread, scope, caller))
		fault = "misuse: scopes nested deeper than 63 (PHASELOCK_SCOPE_DEPTH_MAX); is an "
			"end missing?";
	if (fault != NULL)
		misuse(fault);
	PL_USDT(scope, ((int)scope, true));
	/* A later report may have to name the caller after its module is gone. */
	if (scope == PL_SCOPE_FORBID)
		pl_kept_add((void *[]){(void *)(uintptr_t)caller}, 1);
}

static void end(enum pl_scope scope, const char *message)
{
	struct pl_thread *thread = pl_thread_self();

	if (thread == NULL || !pl_gate_scope_end(thread, scope))
		misuse(message);
	PL_USDT(scope, ((int)scope, false));
}

void phaselock_forbid_begin(void)
{
	begin(PL_SCOPE_FORBID, PL_CALLER());
	PL_CHANNEL_COUNT(scopes);
	PL_IMAGE_ADD(scopes, 1);
	pl_channel_note(PL_CHANNEL_LOCKED);
}

void phaselock_forbid_end(void)
{
	end(PL_SCOPE_FORBID,
	    "misuse: phaselock_forbid_end() but this thread's innermost scope is no forbid scope");
}

void phaselock_permit_begin(void)
{
	begin(PL_SCOPE_PERMIT, PL_CALLER());
}

void phaselock_permit_end(void)
{
	end(PL_SCOPE_PERMIT,
	    "misuse: phaselock_permit_end() but this thread's innermost scope is no permit scope");
}

uint64_t phaselock_scopes_save(void)
{
	const struct pl_thread *thread = pl_thread_registered();

	return thread != NULL ? thread->scopes : 0;
}

bool phaselock_scopes_restore(uint64_t scopes)
{
	struct pl_thread *thread = pl_thread_registered();
	bool were_open = false;

	while (thread != NULL && thread->scopes > 1 && thread->scopes > scopes) {
		enum pl_scope scope = pl_gate_scope(thread);

		pl_gate_scope_end(thread, scope);
		PL_USDT(scope, ((int)scope, false));
		were_open = true;
	}
	return were_open;
}
