/* SPDX-License-Identifier: MIT */
/*
 * Proves that the entry points are ours: calls each by its public name, through the dynamic linker,
 * as any module of the program does, and checks that the call arrives.
 *
 * If the name leads to our function, this thread's record gets a mark, and our function answers
 * with a token. Nobody else's code runs, and nothing is counted. If the name leads elsewhere, it
 * may be anything: a program's own operator new that writes a header in front of the block, another
 * interposer that takes memory for itself. So it is really used, as a program would use it, and
 * what comes to us meanwhile is served and counted.
 *
 * It must not know why a call might not arrive.
 */
#define _GNU_SOURCE
#include "entry/armed.h"

#include "thread/gate.h"
#include "entry/interpose.h"
#include "entry/interpose_cxx.h"
#include "entry/sanitizer_listen.h"
#include "common/os.h"
#include "thread/owner.h"
#include "thread/thread.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>

/* Not in the headers of glibc 2.36. */
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);

/*
 * The size is a multiple of the alignment: C11 wants that for aligned_alloc(), sanitizers insist.
 */
#define SIZE 64
#define ALIGNMENT 64

/* ---- entry points that take memory ----------------------------------------------------------- */

#define TAKE(name, expression)                                                                     \
	static void *name(void)                                                                    \
	{                                                                                          \
		return expression;                                                                 \
	}

static void *take_posix_memalign(void)
{
	void *block = NULL;

	return posix_memalign(&block, ALIGNMENT, SIZE) == 0 ? block : NULL;
}

TAKE(take_malloc, malloc(SIZE))
TAKE(take_calloc, calloc(1, SIZE))
TAKE(take_realloc, realloc(NULL, SIZE))
TAKE(take_reallocarray, reallocarray(NULL, 1, SIZE))
TAKE(take_aligned_alloc, aligned_alloc(ALIGNMENT, SIZE))
TAKE(take_memalign, memalign(ALIGNMENT, SIZE))
TAKE(take_valloc, valloc(SIZE))
TAKE(take_pvalloc, pvalloc(SIZE))
/* Resize a real block, as programs do: a program's own function may not handle NULL. */
static void *resize(void *block)
{
	return realloc(block, (size_t)2 * SIZE);
}

static void *resize_array(void *block)
{
	return reallocarray(block, 2, SIZE);
}

TAKE(take_new, _Znwm(SIZE))
TAKE(take_new_array, _Znam(SIZE))
TAKE(take_new_nothrow, _ZnwmRKSt9nothrow_t(SIZE, ""))
TAKE(take_new_array_nothrow, _ZnamRKSt9nothrow_t(SIZE, ""))
TAKE(take_new_aligned, _ZnwmSt11align_val_t(SIZE, ALIGNMENT))
TAKE(take_new_array_aligned, _ZnamSt11align_val_t(SIZE, ALIGNMENT))
TAKE(take_new_aligned_nothrow, _ZnwmSt11align_val_tRKSt9nothrow_t(SIZE, ALIGNMENT, ""))
TAKE(take_new_array_aligned_nothrow, _ZnamSt11align_val_tRKSt9nothrow_t(SIZE, ALIGNMENT, ""))

/* ---- entry points that give it back ---------------------------------------------------------- */

#define GIVE(name, statement)                                                                      \
	static void name(void *block)                                                              \
	{                                                                                          \
		statement;                                                                         \
	}

GIVE(free_with_size, free_sized(block, SIZE))
GIVE(free_with_alignment, free_aligned_sized(block, ALIGNMENT, SIZE))
GIVE(delete_sized, _ZdlPvm(block, SIZE))
GIVE(delete_array_sized, _ZdaPvm(block, SIZE))
GIVE(delete_nothrow, _ZdlPvRKSt9nothrow_t(block, ""))
GIVE(delete_array_nothrow, _ZdaPvRKSt9nothrow_t(block, ""))
GIVE(delete_aligned, _ZdlPvSt11align_val_t(block, ALIGNMENT))
GIVE(delete_array_aligned, _ZdaPvSt11align_val_t(block, ALIGNMENT))
GIVE(delete_sized_aligned, _ZdlPvmSt11align_val_t(block, SIZE, ALIGNMENT))
GIVE(delete_array_sized_aligned, _ZdaPvmSt11align_val_t(block, SIZE, ALIGNMENT))
GIVE(delete_aligned_nothrow, _ZdlPvSt11align_val_tRKSt9nothrow_t(block, ALIGNMENT, ""))
GIVE(delete_array_aligned_nothrow, _ZdaPvSt11align_val_tRKSt9nothrow_t(block, ALIGNMENT, ""))

/* ---- the probes ------------------------------------------------------------------------------ */

#define ENTRY(name) PHASELOCK_ENTRY_##name

/* If call really allocates, give_back, another entry point, takes the block back. */
static const struct take {
	enum phaselock_entry entry;
	void *(*call)(void);
	enum phaselock_entry give_back_entry;
	void (*give_back)(void *block);
	void *(*resize)(void *block); /* how it is really used, if not to take memory */
} takes[] = {
	{ENTRY(MALLOC), take_malloc, ENTRY(FREE), free, NULL},
	{ENTRY(CALLOC), take_calloc, ENTRY(FREE), free, NULL},
	{ENTRY(REALLOC), take_realloc, ENTRY(FREE), free, resize},
	{ENTRY(REALLOCARRAY), take_reallocarray, ENTRY(FREE), free, resize_array},
	{ENTRY(POSIX_MEMALIGN), take_posix_memalign, ENTRY(FREE), free, NULL},
	{ENTRY(ALIGNED_ALLOC), take_aligned_alloc, ENTRY(FREE), free, NULL},
	{ENTRY(MEMALIGN), take_memalign, ENTRY(FREE), free, NULL},
	{ENTRY(VALLOC), take_valloc, ENTRY(FREE), free, NULL},
	{ENTRY(PVALLOC), take_pvalloc, ENTRY(FREE), free, NULL},
	{ENTRY(NEW), take_new, ENTRY(DELETE), _ZdlPv, NULL},
	{ENTRY(NEW), take_new_array, ENTRY(DELETE), _ZdaPv, NULL},
	{ENTRY(NEW), take_new_nothrow, ENTRY(DELETE), _ZdlPv, NULL},
	{ENTRY(NEW), take_new_array_nothrow, ENTRY(DELETE), _ZdaPv, NULL},
	{ENTRY(NEW_ALIGNED), take_new_aligned, ENTRY(DELETE_ALIGNED), delete_aligned, NULL},
	{ENTRY(NEW_ALIGNED), take_new_array_aligned, ENTRY(DELETE_ALIGNED), delete_array_aligned,
	 NULL},
	{ENTRY(NEW_ALIGNED), take_new_aligned_nothrow, ENTRY(DELETE_ALIGNED), delete_aligned, NULL},
	{ENTRY(NEW_ALIGNED), take_new_array_aligned_nothrow, ENTRY(DELETE_ALIGNED),
	 delete_array_aligned, NULL},
};

#define TAKES (sizeof(takes) / sizeof(takes[0]))

/* sample makes a block that call accepts, with the entry point sample_entry. */
static const struct give {
	enum phaselock_entry entry;
	void (*call)(void *block);
	void *(*sample)(void);
	enum phaselock_entry sample_entry;
} gives[] = {
	{ENTRY(FREE), free, take_malloc, ENTRY(MALLOC)},
	{ENTRY(CFREE), cfree, take_malloc, ENTRY(MALLOC)},
	{ENTRY(FREE_SIZED), free_with_size, take_malloc, ENTRY(MALLOC)},
	{ENTRY(FREE_ALIGNED_SIZED), free_with_alignment, take_aligned_alloc, ENTRY(ALIGNED_ALLOC)},
	{ENTRY(DELETE), _ZdlPv, take_new, ENTRY(NEW)},
	{ENTRY(DELETE), _ZdaPv, take_new_array, ENTRY(NEW)},
	{ENTRY(DELETE), delete_sized, take_new, ENTRY(NEW)},
	{ENTRY(DELETE), delete_array_sized, take_new_array, ENTRY(NEW)},
	{ENTRY(DELETE), delete_nothrow, take_new_nothrow, ENTRY(NEW)},
	{ENTRY(DELETE), delete_array_nothrow, take_new_array_nothrow, ENTRY(NEW)},
	{ENTRY(DELETE_ALIGNED), delete_aligned, take_new_aligned, ENTRY(NEW_ALIGNED)},
	{ENTRY(DELETE_ALIGNED), delete_array_aligned, take_new_array_aligned, ENTRY(NEW_ALIGNED)},
	{ENTRY(DELETE_ALIGNED), delete_sized_aligned, take_new_aligned, ENTRY(NEW_ALIGNED)},
	{ENTRY(DELETE_ALIGNED), delete_array_sized_aligned, take_new_array_aligned,
	 ENTRY(NEW_ALIGNED)},
	{ENTRY(DELETE_ALIGNED), delete_aligned_nothrow, take_new_aligned_nothrow,
	 ENTRY(NEW_ALIGNED)},
	{ENTRY(DELETE_ALIGNED), delete_array_aligned_nothrow, take_new_array_aligned_nothrow,
	 ENTRY(NEW_ALIGNED)},
};

#define GIVES (sizeof(gives) / sizeof(gives[0]))

/* What was found out, as sets of PHASELOCK_ENTRY_*. */
struct findings {
	unsigned missing; /* nothing came to us */
	unsigned heard;	  /* another allocator served the call and told us */
};

/* ---- names that lead to our functions -------------------------------------------------------- */

static void ask_take(const struct take *take, struct findings *findings, void **foreign)
{
	void *block = take->call();

	if (block == pl_thread_probe_token)
		return;
	*foreign = block; /* valgrind replaces our code with its own */
	findings->missing |= (unsigned)take->entry;
}

static void ask_give(const struct pl_thread *thread, const struct give *give,
		     struct findings *findings)
{
	unsigned hits = thread->probe_hits;

	give->call(NULL);
	if (thread->probe_hits == hits)
		findings->missing |= (unsigned)give->entry;
}

static void ask_usable_size(const struct pl_thread *thread, struct findings *findings)
{
	unsigned hits = thread->probe_hits;

	malloc_usable_size(NULL);
	if (thread->probe_hits == hits)
		findings->missing |= ENTRY(MALLOC_USABLE_SIZE);
}

static void ask_all(struct pl_thread *thread, unsigned entries, struct findings *findings)
{
	void *foreign[TAKES] = {NULL};
	struct pl_os_signals before;

	pl_os_block_signals(&before); /* a handler's request would look like a probe */
	pl_gate_probe(thread, true);
	for (size_t i = 0; i < TAKES; i++)
		if (((unsigned)takes[i].entry & entries) != 0)
			ask_take(&takes[i], findings, &foreign[i]);
	for (size_t i = 0; i < GIVES; i++)
		if (((unsigned)gives[i].entry & entries) != 0)
			ask_give(thread, &gives[i], findings);
	if ((entries & ENTRY(MALLOC_USABLE_SIZE)) != 0)
		ask_usable_size(thread, findings);
	/* Give foreign blocks back, unless that way leads to us: then they are left alone. */
	for (size_t i = 0; i < TAKES; i++)
		if (foreign[i] != NULL &&
		    (findings->missing & (unsigned)takes[i].give_back_entry) != 0)
			takes[i].give_back(foreign[i]);
	pl_gate_probe(thread, false);
	pl_os_restore_signals(&before);
}

/* ---- names that lead elsewhere --------------------------------------------------------------- */

/* Notes the result of calling an entry point. came: a request of its kind was counted meanwhile. */
static void note(struct findings *findings, enum phaselock_entry entry, bool came)
{
	if (!came)
		findings->missing |= (unsigned)entry;
	else if (pl_sanitizer_listen_active())
		findings->heard |= (unsigned)entry;
}

static uint64_t requests_of(const struct pl_thread *thread)
{
	struct pl_counts counts;

	pl_owner_counts(thread, &counts);
	return counts.allocations + counts.reallocations;
}

static uint64_t releases_of(const struct pl_thread *thread)
{
	struct pl_counts counts;

	pl_owner_counts(thread, &counts);
	return counts.deallocations;
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): a block is left alone */
static void use_take(const struct pl_thread *thread, const struct take *take, unsigned elsewhere,
		     struct findings *findings)
{
	void *old = take->resize != NULL ? malloc(SIZE) : NULL;
	uint64_t before = requests_of(thread);
	void *block = take->resize != NULL ? take->resize(old) : take->call();

	note(findings, take->entry, requests_of(thread) != before);
	if (block == NULL)
		block = old;
	/* If the way back leads to us, nobody knows whose block it is: it is left alone. */
	if (block != NULL && ((unsigned)take->give_back_entry & elsewhere) != 0)
		take->give_back(block);
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */

/*
 * Whether no program could give a block back this way: the sample would be ours, but the call ends
 * in another heap, directly or because our function hands on to a free() that is not ours.
 */
static bool is_mixed(const struct give *give, unsigned elsewhere, const struct findings *findings)
{
	const unsigned by_free = ENTRY(CFREE) | ENTRY(FREE_SIZED) | ENTRY(FREE_ALIGNED_SIZED);
	const unsigned plain = ENTRY(FREE) | ENTRY(DELETE) | ENTRY(DELETE_ALIGNED);

	if (((unsigned)give->sample_entry & elsewhere) != 0)
		return false;
	if (((unsigned)give->entry & by_free) != 0 && (elsewhere & ENTRY(FREE)) != 0)
		return true;
	return (findings->missing & plain) != 0;
}

static void use_give(const struct pl_thread *thread, const struct give *give,
		     struct findings *findings)
{
	void *block = give->sample();
	uint64_t before = releases_of(thread);

	if (block != NULL)
		give->call(block);
	note(findings, give->entry, releases_of(thread) != before);
}

/* The program's own code runs, so signals stay as they are. Requests are permitted in any phase. */
static void use_all(struct pl_thread *thread, unsigned elsewhere, struct findings *findings)
{
	if (!pl_gate_own_begin(thread)) { /* nested too deeply */
		findings->missing |= elsewhere;
		return;
	}
	for (size_t i = 0; i < TAKES; i++)
		if (((unsigned)takes[i].entry & elsewhere) != 0)
			use_take(thread, &takes[i], elsewhere, findings);
	for (size_t i = 0; i < GIVES; i++) {
		if (((unsigned)gives[i].entry & elsewhere) == 0)
			continue;
		if (is_mixed(&gives[i], elsewhere, findings)) /* it counts as free() does */
			note(findings, gives[i].entry, (findings->missing & ENTRY(FREE)) == 0);
		else
			use_give(thread, &gives[i], findings);
	}
	/*
	 * It makes no request that could come to us, so it counts as malloc does. It is not called:
	 * some implementations cannot handle NULL, or a block that is not theirs.
	 */
	if ((elsewhere & ENTRY(MALLOC_USABLE_SIZE)) != 0)
		note(findings, ENTRY(MALLOC_USABLE_SIZE),
		     (elsewhere & ~findings->missing & ENTRY(MALLOC)) != 0);
	pl_gate_own_end(thread);
}

/* ---- the proof ------------------------------------------------------------------------------- */

unsigned pl_armed_elsewhere(void)
{
	return pl_interpose_elsewhere() | pl_interpose_cxx_elsewhere();
}

static struct findings probe(unsigned entries)
{
	struct findings findings = {0, 0};
	struct pl_thread *thread = pl_thread_self();
	unsigned elsewhere = pl_armed_elsewhere() & entries;
	int saved = errno;

	if (thread == NULL)
		return (struct findings){.missing = entries};
	ask_all(thread, entries & ~elsewhere, &findings);
	if (elsewhere != 0)
		use_all(thread, elsewhere, &findings);
	errno = saved;
	return findings;
}

unsigned pl_armed_missing(unsigned entries)
{
	return probe(entries).missing;
}

unsigned phaselock_armed(void)
{
	return PHASELOCK_ENTRY_ALL & ~probe(PHASELOCK_ENTRY_ALL).missing;
}

unsigned phaselock_heard(void)
{
	struct findings findings = probe(PHASELOCK_ENTRY_ALL);

	return findings.heard & ~findings.missing;
}
