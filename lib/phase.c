/* SPDX-License-Identifier: MIT */
/*
 * The only writer of the phase word. It knows nothing of threads, requests or violations.
 */
#include "phase.h"

#include "os.h"

#include <phaselock/phaselock.h>

struct pl_phase pl_phase;

/* What the word is when it is not locked: INIT or WATCHED. Under the registry's lock. */
static uintptr_t unlocked = PL_PHASE_WORD_INIT;

_Static_assert(sizeof(pl_phase) == PL_PAGE_SIZE,
	       "nothing else lies on the page that SEALED protects");

/* seq_cst: ordered with every other access of its kind, and the store buffer is drained by it. */
static void set(uintptr_t word)
{
	atomic_store_explicit(&pl_phase.word, word, memory_order_seq_cst);
}

void pl_phase_lock(void)
{
	if (!pl_phase_is_locked())
		set(PL_PHASE_WORD_LOCKED);
	pl_os_barrier();
}

bool pl_phase_unlock(void)
{
	if (pl_phase_load() == PL_PHASE_WORD_SEALED)
		return false;
	set(unlocked);
	return true;
}

void pl_phase_watch(bool on)
{
	unlocked = on ? PL_PHASE_WORD_WATCHED : PL_PHASE_WORD_INIT;
	if (!pl_phase_is_locked())
		set(unlocked);
	pl_os_barrier();
}

void pl_phase_seal(void)
{
	if (pl_phase_load() == PL_PHASE_WORD_SEALED)
		return;
	set(PL_PHASE_WORD_SEALED);
	pl_os_barrier();
	pl_os_protect(&pl_phase, sizeof(pl_phase), false);
}

enum phaselock_phase phaselock_get_phase(void)
{
	switch (pl_phase_load()) {
	case PL_PHASE_WORD_INIT:
	case PL_PHASE_WORD_WATCHED:
		return PHASELOCK_INIT;
	case PL_PHASE_WORD_SEALED:
		return PHASELOCK_SEALED;
	default:
		return PHASELOCK_LOCKED;
	}
}
