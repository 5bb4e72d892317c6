/* SPDX-License-Identifier: MIT */
/*
 * The process-wide phase word, in the form that the hot path uses: the place of the words in which
 * a request counts itself (hot.h). In INIT these are the thread's own words. Every other phase has
 * its own place, at which the words are always closed.
 */
#ifndef PL_PHASE_H
#define PL_PHASE_H

#include <stdatomic.h>

#include "common/base.h"
#include "thread/hot.h"
#include "common/settings.h"

#include <phaselock/phaselock.h>

/* A phase is the distance of its words from the thread's own. The locked ones come last. */
#define PL_PHASE_INIT ((uintptr_t)0)
#define PL_PHASE_WATCHED (offsetof(struct pl_hot, closed)) /* as INIT, but each gate is closed */
#define PL_PHASE_LOCKED (PL_PHASE_WATCHED + sizeof(uint64_t))
#define PL_PHASE_SEALED (PL_PHASE_LOCKED + sizeof(uint64_t))

/*
 * The phase word, on a page that it shares with the settings only. Only phase.c writes it; every
 * request reads it relaxed, and pl_os_barrier() after the store does the ordering. It is INIT
 * before any code runs, by phase_shared.c, phase_linked.c or phase_zero.c.
 */
extern PL_HIDDEN struct pl_phase {
	_Alignas(PL_PAGE_SIZE) _Atomic uintptr_t word;
} pl_phase;

/*
 * Defines the word and the settings, in assembly because C cannot express the word's first value.
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

/* Returns the place of the words in which a request counts itself. */
static inline uintptr_t pl_phase_place(void)
{
	return atomic_load_explicit(&pl_phase.word, memory_order_relaxed);
}

static inline uintptr_t pl_phase_load(void)
{
	return pl_phase_place() - pl_hot_own_place();
}

static inline bool pl_phase_is_locked(void)
{
	return pl_phase_load() >= PL_PHASE_LOCKED;
}

enum phaselock_phase pl_phase_name(void);

/* Returns whether the phase is SEALED. The settings must not be written then. */
static inline bool pl_phase_is_sealed(void)
{
	return pl_phase_load() == PL_PHASE_SEALED;
}

/* Returns whether permit scopes hold: always, unless a seal has ended them. */
static inline bool pl_phase_permits(void)
{
	return !pl_phase_is_sealed() ||
	       !atomic_load_explicit(&pl_settings.seal_ends_permits, memory_order_relaxed);
}

/*
 * The writers. Two must not run at once: callers hold PL_LOCK_PHASE. A child of fork() may find one
 * half done, so the state is valid after every single store.
 */

/* Changes INIT to LOCKED; locked phases stay. */
void pl_phase_lock(void);

/* Changes LOCKED to INIT. Returns false if the phase is SEALED, which stays. */
bool pl_phase_unlock(void);

/* Why every thread's requests take the slow path before the lock. */
enum pl_phase_watcher {
	PL_PHASE_WATCHED_PROCESS = 1, /* a watch of the process is open */
	PL_PHASE_WATCHED_MOMENT = 2,  /* each request looks whether the moment of a lock has come */
	PL_PHASE_WATCHED_HOT = 4,     /* there are functions that must not allocate */
	PL_PHASE_WATCHED_PROFILE = 8, /* each request is recorded */
};

/* While any watcher is on, WATCHED replaces INIT. */
void pl_phase_watch(enum pl_phase_watcher watcher, bool on);

/*
 * Change any phase to SEALED and make the page read-only, so that a stray write to the word or a
 * setting ends the process. The first ends permit scopes, the second lets them hold. Each returns
 * false if the heap was already sealed by the other.
 */
bool pl_phase_seal(void);
bool pl_phase_seal_but_permits(void);

/* Called when the constructor has written the settings: freezes them if the heap is sealed. */
void pl_phase_settings_complete(void);

/* In the child of a fork: completes a seal that another thread of the parent had begun. */
void pl_phase_fork_child(void);

#endif
