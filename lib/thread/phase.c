/* SPDX-License-Identifier: MIT */
/* The only writer of the phase word. It must not know threads, requests or violations. */
#include "thread/phase.h"

#include "common/os.h"
#include "common/usdt.h"

/* Who wants WATCHED in the place of INIT: a set of enum pl_phase_watcher. Under PL_LOCK_PHASE. */
static unsigned watchers;

static uintptr_t unlocked(void)
{
	return watchers != 0 ? PL_PHASE_WATCHED : PL_PHASE_INIT;
}

/* seq_cst: ordered with all other seq_cst accesses, and drains the store buffer. */
static void set(uintptr_t phase)
{
	atomic_store_explicit(&pl_phase.word, pl_hot_own_place() + phase, memory_order_seq_cst);
}

void pl_phase_lock(void)
{
	bool is_new = !pl_phase_is_locked();

	if (is_new)
		set(PL_PHASE_LOCKED);
	pl_os_barrier();
	if (is_new)
		PL_USDT(lock, ());
}

bool pl_phase_unlock(void)
{
	bool was_locked = pl_phase_is_locked();

	if (pl_phase_is_sealed())
		return false;
	set(unlocked());
	if (was_locked)
		PL_USDT(unlock, ());
	return true;
}

void pl_phase_watch(enum pl_phase_watcher watcher, bool on)
{
	watchers = on ? watchers | watcher : watchers & ~(unsigned)watcher;
	if (!pl_phase_is_locked())
		set(unlocked());
	pl_os_barrier();
}

static void freeze_if_sealed(void)
{
	if (pl_phase_is_sealed() && pl_settings.complete)
		pl_os_freeze(&pl_phase, sizeof(pl_phase));
}

static bool seal(bool permits_hold)
{
	if (pl_phase_is_sealed())
		return pl_phase_permits() == permits_hold;
	atomic_store_explicit(&pl_settings.seal_ends_permits, !permits_hold, memory_order_relaxed);
	set(PL_PHASE_SEALED);
	pl_os_barrier();
	freeze_if_sealed();
	PL_USDT(seal, (permits_hold));
	return true;
}

bool pl_phase_seal(void)
{
	return seal(false);
}

bool pl_phase_seal_but_permits(void)
{
	return seal(true);
}

void pl_phase_settings_complete(void)
{
	pl_settings.complete = true;
	freeze_if_sealed();
}

void pl_phase_fork_child(void)
{
	freeze_if_sealed();
}

enum phaselock_phase pl_phase_name(void)
{
	switch (pl_phase_load()) {
	case PL_PHASE_INIT:
	case PL_PHASE_WATCHED:
		return PHASELOCK_INIT;
	case PL_PHASE_SEALED:
		return PHASELOCK_SEALED;
	default:
		return PHASELOCK_LOCKED;
	}
}
