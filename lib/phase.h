/* SPDX-License-Identifier: MIT */
/*
 * The process-wide phase word, in the form that the gate compares: a thread's record, as a number,
 * must be greater than it. So INIT is 0, which every record exceeds and no record's absence does,
 * and the locked phases are numbers that no address reaches.
 */
#ifndef PL_PHASE_H
#define PL_PHASE_H

#include <stdatomic.h>

#include "base.h"

#define PL_PHASE_WORD_INIT ((uintptr_t)0)
#define PL_PHASE_WORD_WATCHED (UINTPTR_MAX - 2) /* as INIT, but every gate is closed */
#define PL_PHASE_WORD_LOCKED (UINTPTR_MAX - 1)
#define PL_PHASE_WORD_SEALED UINTPTR_MAX

/*
 * The word, on a page of its own. Written by phase.c alone, read by every request, relaxed:
 * pl_os_barrier() after the store does the ordering.
 */
extern PL_HIDDEN struct pl_phase {
	_Alignas(PL_PAGE_SIZE) _Atomic uintptr_t word;
} pl_phase;

static inline uintptr_t pl_phase_load(void)
{
	return atomic_load_explicit(&pl_phase.word, memory_order_relaxed);
}

/* Returns whether the word is one of a locked phase. */
static inline bool pl_phase_is_locked(void)
{
	return pl_phase_load() >= PL_PHASE_WORD_LOCKED;
}

/*
 * Returns whether number is above the phase word. On x86-64 it is one instruction, for the hot
 * path; a compiler makes two of an atomic load and a comparison. Volatile, so that the word is read
 * at each request.
 */
static inline bool pl_phase_is_below(uintptr_t number)
{
#if defined(__x86_64__)
	bool above;

	__asm__ volatile("cmpq %2, %1" : "=@cca"(above) : "r"(number), "m"(pl_phase.word));
	return above;
#else
	return number > pl_phase_load();
#endif
}

/*
 * The writers. Two of them must not run at once: callers hold the registry's lock, which a fork
 * leaves open too.
 */

/* INIT to LOCKED; locked phases stay. */
void pl_phase_lock(void);

/* LOCKED to INIT. Returns false if the phase is SEALED, which stays. */
bool pl_phase_unlock(void);

/* While it is on, INIT is WATCHED: each thread's requests take the way of those that are judged. */
void pl_phase_watch(bool on);

/* Any phase to SEALED, whose page is then read-only: a stray write to the word ends the process. */
void pl_phase_seal(void);

#endif
