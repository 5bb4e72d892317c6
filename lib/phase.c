/* SPDX-License-Identifier: MIT */
/*
 * The only writer of the phase word. It knows nothing of threads, requests or violations.
 */
#include "phase.h"

#include "os.h"

#include <phaselock/phaselock.h>

/* On a line of its own, which is only written when the phase changes. */
PL_CACHE_ALIGNED _Atomic uintptr_t pl_phase_word;

void pl_phase_lock(void)
{
	uintptr_t from = PL_PHASE_WORD_INIT;

	atomic_compare_exchange_strong_explicit(&pl_phase_word, &from, PL_PHASE_WORD_LOCKED,
						memory_order_seq_cst, memory_order_seq_cst);
	pl_os_barrier(); /* also when it was locked already: the thread that did so may not have got
			    here yet */
}

bool pl_phase_unlock(void)
{
	uintptr_t from = PL_PHASE_WORD_LOCKED;

	atomic_compare_exchange_strong_explicit(&pl_phase_word, &from, PL_PHASE_WORD_INIT,
						memory_order_seq_cst, memory_order_seq_cst);
	return from != PL_PHASE_WORD_SEALED;
}

void pl_phase_seal(void)
{
	atomic_store_explicit(&pl_phase_word, PL_PHASE_WORD_SEALED, memory_order_seq_cst);
	pl_os_barrier();
}

enum phaselock_phase phaselock_get_phase(void)
{
	switch (pl_phase_load()) {
	case PL_PHASE_WORD_INIT:
		return PHASELOCK_INIT;
	case PL_PHASE_WORD_SEALED:
		return PHASELOCK_SEALED;
	default:
		return PHASELOCK_LOCKED;
	}
}
