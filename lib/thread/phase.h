/* SPDX-License-Identifier: MIT */
/*
 * The process-wide phase word, in the form that the hot path uses: the place of the words in which
 * a request counts itself (hot.h). In INIT that is the thread's own; in all other phases words that
 * are always closed, at a place for each phase.
 */
#ifndef PL_PHASE_H
#define PL_PHASE_H

#include <stdatomic.h>

#include "common/base.h"
#include "thread/hot.h"
#include "common/settings.h"

/* A phase is the distance of its words from the thread's own; the locked ones come last. */
#define PL_PHASE_INIT ((uintptr_t)0)
#define PL_PHASE_WATCHED (offsetof(struct pl_hot, closed)) /* as INIT, but every gate is closed */
#define PL_PHASE_LOCKED (PL_PHASE_WATCHED + sizeof(uint64_t))
#define PL_PHASE_SEALED (PL_PHASE_LOCKED + sizeof(uint64_t))

/*
 * The word, on a page that only the settings share with it. Written by phase.c alone, read by every
 * request, relaxed: pl_os_barrier() after the store does the ordering. Its first value is INIT,
 * before any code runs: by phase_shared.c, phase_linked.c or phase_zero.c.
 */
extern PL_HIDDEN struct pl_phase {
	_Alignas(PL_PAGE_SIZE) _Atomic uintptr_t word;
} pl_phase;

/*
 * The definition of both in assembly: the first value of the word is one of eight bytes that C has
 * no words for.
 */
#define PL_PHASE_VARIABLE(value)                                                                   \
	".pushsection .data.pl_phase, \"aw\", @progbits\n"                                         \
	".balign 4096\n"                                                                           \
	".globl pl_phase\n"                                                                        \
	".hidden pl_phase\n"                                                                       \
	".type pl_phase, @object\n"                                                                \
	".size pl_phase, 4096\n"                                                                   \
	"pl_phase:\n" value "\n"                                                                   \
	".zero 120\n"                                                                              \
	".globl pl_settings\n"                                                                     \
	".hidden pl_settings\n"                                                                    \
	".type pl_settings, @object\n"                                                             \
	".size pl_settings, 3968\n"                                                                \
	"pl_settings:\n"                                                                           \
	".zero 3968\n"                                                                             \
	".popsection\n"

_Static_assert(PL_PAGE_SIZE == 4096 && sizeof(struct pl_phase) == PL_PAGE_SIZE &&
		       PL_SETTINGS_AT == 128,
	       "nothing else lies on the page that SEALED protects");

/* Returns where a request is to count itself. */
static inline uintptr_t pl_phase_place(void)
{
	return atomic_load_explicit(&pl_phase.word, memory_order_relaxed);
}

/* Returns the phase: one of PL_PHASE_*. */
static inline uintptr_t pl_phase_load(void)
{
	return pl_phase_place() - pl_hot_own_place();
}

/* Returns whether the phase is a locked one. */
static inline bool pl_phase_is_locked(void)
{
	return pl_phase_load() >= PL_PHASE_LOCKED;
}

/* Returns whether the phase is SEALED: the settings may not be written any more. */
static inline bool pl_phase_is_sealed(void)
{
	return pl_phase_load() == PL_PHASE_SEALED;
}

/* Returns whether a permit scope grants a request: always, unless the seal has ended them. */
static inline bool pl_phase_permits(void)
{
	return !pl_phase_is_sealed() ||
	       !atomic_load_explicit(&pl_settings.seal_ends_permits, memory_order_relaxed);
}

/*
 * The writers. Two of them must not run at once: callers hold PL_LOCK_PHASE. What each does is
 * whole at any moment, for a child of fork() may find it half done.
 */

/* INIT to LOCKED; locked phases stay. */
void pl_phase_lock(void);

/* LOCKED to INIT. Returns false if the phase is SEALED, which stays. */
bool pl_phase_unlock(void);

/* While it is on, INIT is WATCHED: each thread's requests take the way of those that are judged. */
void pl_phase_watch(bool on);

/*
 * Any phase to SEALED. The page is then read-only: a stray write to the word or to a setting ends
 * the process. The one ends permit scopes, the other lets them hold. Both return false if the heap
 * was sealed before, by the other.
 */
bool pl_phase_seal(void);
bool pl_phase_seal_but_permits(void);

/* The constructor has written the settings: freezes them if the heap was sealed before. */
void pl_phase_settings_complete(void);

/* In the child of a fork, which may have come while another thread was sealing. */
void pl_phase_fork_child(void);

#endif
