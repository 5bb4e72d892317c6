/* SPDX-License-Identifier: MIT */
/*
 * Compares what the run wants with what was done last, and does it. No thread and no signal of this
 * process is needed for that: each request comes by here while the process follows its run. It must
 * not know who decides on the moment.
 */
#include "request/moment.h"

#include "record/image.h"
#include "report/history.h"
#include "thread/locks.h"
#include "common/os.h"
#include "profile/profile.h"
#include "thread/phase.h"
#include "common/settings.h"
#include "thread/stats.h"
#include "thread/thread.h"
#include "reaction/violation.h"

#include <stdatomic.h>

_Atomic bool pl_moment_is_followed;

/*
 * The moment that this process has done last. Written under PL_LOCK_PHASE, after the phase, with
 * release; who reads it with acquire finds that phase. A child of fork() that finds the phase
 * written and this not does the same again.
 */
static _Atomic uint64_t done;

/* How many locks the run has wanted that this process knows of. Under PL_LOCK_PHASE. */
static uint64_t counted;

/* Since when this process follows its run. Written before it does, read under PL_LOCK_PHASE. */
static uint64_t since_ns;

static uint64_t wanted(const struct pl_channel *page)
{
	return atomic_load_explicit(&page->moment, memory_order_acquire);
}

static bool locks(uint64_t moment)
{
	return PL_CHANNEL_MOMENT_WANT(moment) == PL_CHANNEL_LOCK_AFTER ||
	       PL_CHANNEL_MOMENT_WANT(moment) == PL_CHANNEL_LOCK_SIGNAL;
}

/*
 * A moment before this process followed, or one that is not yet, which is of a time namespace with
 * another clock: then the lock is of now.
 */
static void take_history(struct pl_history *history, uint64_t moment)
{
	uint64_t now = pl_os_monotonic_ns(), time = PL_CHANNEL_MOMENT_TIME(moment);

	*history = (struct pl_history){
		.time_ns = time < since_ns || time > now ? now : time,
		.option = PL_CHANNEL_MOMENT_WANT(moment) == PL_CHANNEL_LOCK_AFTER ? "lock_after"
										  : "lock_signal",
	};
}

/* Under PL_LOCK_PHASE. Returns false if the heap is sealed and cannot be unlocked. */
static bool carry_out(uint64_t moment)
{
	struct pl_history history;

	if (!locks(moment))
		return pl_phase_unlock();
	take_history(&history, moment);
	if (!pl_phase_is_locked())
		pl_history_keep(&history);
	pl_phase_lock();
	return true;
}

/*
 * A lock that was followed by an unlock before this process came by held in it, too: it kept the
 * rule. Under PL_LOCK_PHASE.
 */
static void count_locks(const struct pl_channel *page)
{
	uint64_t to_lock = atomic_load_explicit(&page->moments_to_lock, memory_order_relaxed);

	if (to_lock == counted)
		return;
	counted = to_lock;
	PL_CHANNEL_COUNT(locks);
	pl_channel_note(PL_CHANNEL_LOCKED);
	pl_image_locked();
}

static PL_COLD void do_now(const struct pl_channel *page)
{
	struct pl_request unlock = {.function = "unlock_allocations", .caller = PL_CALLER()};
	bool was_locked, is_new, is_done = true;
	struct pl_os_signals before;
	uint64_t moment;

	pl_lock(PL_LOCK_PHASE, &before);
	moment = wanted(page);
	is_new = moment != atomic_load_explicit(&done, memory_order_relaxed);
	was_locked = pl_phase_is_locked();
	if (is_new) {
		is_done = carry_out(moment);
		count_locks(page);
	}
	atomic_store_explicit(&done, moment, memory_order_release);
	pl_unlock(PL_LOCK_PHASE, &before);
	/* A child of vfork() has no counts of its own, and would lose its parent's. */
	if (is_new && pl_channel_is_own())
		pl_stats_publish(was_locked);
	if (is_new)
		pl_profile_phase();
	if (!is_done)
		pl_violation(&unlock, PHASELOCK_CAUSE_SEAL, NULL);
}

/* A thread that registers may hold the lock of the records; its own request comes by after that. */
void pl_moment_do(void)
{
	const struct pl_channel *page = pl_channel();

	if (page != NULL && wanted(page) != atomic_load_explicit(&done, memory_order_acquire) &&
	    !pl_thread_is_entering())
		do_now(page);
}

bool pl_moment_has_come(void)
{
	return pl_channel() != NULL && locks(wanted(pl_channel()));
}

static void follow(bool on)
{
	struct pl_os_signals before;

	pl_lock(PL_LOCK_PHASE, &before);
	atomic_store_explicit(&pl_moment_is_followed, on, memory_order_relaxed);
	pl_phase_watch(PL_PHASE_WATCHED_MOMENT, on);
	pl_unlock(PL_LOCK_PHASE, &before);
}

void pl_moment_follow(void)
{
	const struct pl_channel *page = pl_channel();

	if (pl_moment_is_followed || page == NULL)
		return;
	since_ns = pl_os_monotonic_ns();
	/* All of them are over, unless the last one is to be done now. */
	counted = atomic_load_explicit(&page->moments_to_lock, memory_order_relaxed);
	counted -= counted > 0 && locks(wanted(page));
	pl_channel_note(PL_CHANNEL_FOLLOWS);
	follow(true);
	pl_moment_look();
}

void pl_moment_leave(void)
{
	if (pl_moment_is_followed)
		follow(false);
}

void pl_moment_end(void)
{
	int signal = pl_settings.options.lock_signal;

	pl_moment_look();
	if (signal != 0 && !pl_os_is_on_signal(signal))
		PL_CHANNEL_COUNT(handlers_gone);
}

bool pl_moment_say(enum pl_channel_want want)
{
	if (pl_channel() == NULL)
		return false;
	pl_channel_say_moment(pl_channel(), pl_os_monotonic_ns(), want);
	pl_moment_look();
	return true;
}
