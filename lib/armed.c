/* SPDX-License-Identifier: MIT */
/*
 * Proof that the entry points are ours: each is called by its public name, through the dynamic
 * linker as any module of the program calls it, while this thread's record notes which calls
 * arrive. It must not know why a call might not arrive.
 */
#define _GNU_SOURCE
#include "interpose_cxx.h"
#include "os.h"
#include "gate.h"
#include "thread.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include <phaselock/phaselock.h>

/* Not in the headers of glibc 2.36. */
extern void cfree(void *block);
extern void free_sized(void *block, size_t size);
extern void free_aligned_sized(void *block, size_t alignment, size_t size);

/*
 * C11 wants the size of aligned_alloc() to be a multiple of the alignment; sanitizers insist on it.
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

/* A foreign allocator really allocates; give_back, another entry point, takes its block. */
static const struct take {
	enum phaselock_entry entry;
	void *(*call)(void);
	enum phaselock_entry give_back_entry;
	void (*give_back)(void *block);
} takes[] = {
	{ENTRY(MALLOC), take_malloc, ENTRY(FREE), free},
	{ENTRY(CALLOC), take_calloc, ENTRY(FREE), free},
	{ENTRY(REALLOC), take_realloc, ENTRY(FREE), free},
	{ENTRY(REALLOCARRAY), take_reallocarray, ENTRY(FREE), free},
	{ENTRY(POSIX_MEMALIGN), take_posix_memalign, ENTRY(FREE), free},
	{ENTRY(ALIGNED_ALLOC), take_aligned_alloc, ENTRY(FREE), free},
	{ENTRY(MEMALIGN), take_memalign, ENTRY(FREE), free},
	{ENTRY(VALLOC), take_valloc, ENTRY(FREE), free},
	{ENTRY(PVALLOC), take_pvalloc, ENTRY(FREE), free},
	{ENTRY(NEW), take_new, ENTRY(DELETE), _ZdlPv},
	{ENTRY(NEW), take_new_array, ENTRY(DELETE), _ZdaPv},
	{ENTRY(NEW), take_new_nothrow, ENTRY(DELETE), _ZdlPv},
	{ENTRY(NEW), take_new_array_nothrow, ENTRY(DELETE), _ZdaPv},
	{ENTRY(NEW_ALIGNED), take_new_aligned, ENTRY(DELETE_ALIGNED), delete_aligned},
	{ENTRY(NEW_ALIGNED), take_new_array_aligned, ENTRY(DELETE_ALIGNED), delete_array_aligned},
	{ENTRY(NEW_ALIGNED), take_new_aligned_nothrow, ENTRY(DELETE_ALIGNED), delete_aligned},
	{ENTRY(NEW_ALIGNED), take_new_array_aligned_nothrow, ENTRY(DELETE_ALIGNED),
	 delete_array_aligned},
};

#define TAKES (sizeof(takes) / sizeof(takes[0]))

/* sample makes a block that call may take, for allocators that pass over NULL in silence. */
static const struct give {
	enum phaselock_entry entry;
	void (*call)(void *block);
	void *(*sample)(void);
} gives[] = {
	{ENTRY(FREE), free, take_malloc},
	{ENTRY(CFREE), cfree, take_malloc},
	{ENTRY(FREE_SIZED), free_with_size, take_malloc},
	{ENTRY(FREE_ALIGNED_SIZED), free_with_alignment, take_aligned_alloc},
	{ENTRY(DELETE), _ZdlPv, take_new},
	{ENTRY(DELETE), _ZdaPv, take_new_array},
	{ENTRY(DELETE), delete_sized, take_new},
	{ENTRY(DELETE), delete_array_sized, take_new_array},
	{ENTRY(DELETE), delete_nothrow, take_new_nothrow},
	{ENTRY(DELETE), delete_array_nothrow, take_new_array_nothrow},
	{ENTRY(DELETE_ALIGNED), delete_aligned, take_new_aligned},
	{ENTRY(DELETE_ALIGNED), delete_array_aligned, take_new_array_aligned},
	{ENTRY(DELETE_ALIGNED), delete_sized_aligned, take_new_aligned},
	{ENTRY(DELETE_ALIGNED), delete_array_sized_aligned, take_new_array_aligned},
	{ENTRY(DELETE_ALIGNED), delete_aligned_nothrow, take_new_aligned_nothrow},
	{ENTRY(DELETE_ALIGNED), delete_array_aligned_nothrow, take_new_array_aligned_nothrow},
};

#define GIVES (sizeof(gives) / sizeof(gives[0]))

/* What was found out; both are sets of PHASELOCK_ENTRY_*. */
struct findings {
	unsigned missing; /* nothing came to us */
	unsigned heard;	  /* another allocator served the call, and told of it */
};

static void probe_take(const struct pl_thread *thread, const struct take *take,
		       struct findings *findings, void **foreign)
{
	unsigned hits = thread->probe_hits;
	void *block = take->call();

	if (block == pl_thread_probe_token)
		return;
	*foreign = block;
	if (thread->probe_hits == hits)
		findings->missing |= (unsigned)take->entry;
	else
		findings->heard |= (unsigned)take->entry;
}

static void probe_give(const struct pl_thread *thread, const struct give *give,
		       struct findings *findings)
{
	unsigned hits = thread->probe_hits;
	void *block;

	give->call(NULL);
	if (thread->probe_hits != hits)
		return;
	/* Not ours. Only an allocator that tells of its blocks may tell of their return. */
	block = findings->heard != 0 ? give->sample() : NULL;
	hits = thread->probe_hits;
	if (block != NULL && block != pl_thread_probe_token)
		give->call(block);
	if (thread->probe_hits == hits)
		findings->missing |= (unsigned)give->entry;
	else
		findings->heard |= (unsigned)give->entry;
}

static void probe_usable_size(const struct pl_thread *thread, void *foreign,
			      struct findings *findings)
{
	unsigned hits = thread->probe_hits;

	/*
	 * LeakSanitizer's function does not bear NULL, and ours does not bear a foreign block: a
	 * program may bring a malloc of its own and leave this function to us.
	 */
	malloc_usable_size((findings->heard & ENTRY(MALLOC)) != 0 ? foreign : NULL);
	if (thread->probe_hits != hits)
		return;
	/* It is no request, so there is nothing to be told of: it goes with its allocator. */
	if ((findings->heard & ENTRY(MALLOC)) != 0)
		findings->heard |= ENTRY(MALLOC_USABLE_SIZE);
	else
		findings->missing |= ENTRY(MALLOC_USABLE_SIZE);
}

static struct findings probe_all(void)
{
	struct findings findings = {0, 0};
	struct pl_thread *thread = pl_thread_self();
	struct pl_os_signals before;
	void *foreign[TAKES] = {NULL};
	int saved = errno;

	if (thread == NULL)
		return (struct findings){.missing = PHASELOCK_ENTRY_ALL};
	pl_os_block_signals(&before); /* a request of a handler would be taken for a probe */
	pl_gate_probe(thread, true);
	for (size_t i = 0; i < TAKES; i++)
		probe_take(thread, &takes[i], &findings, &foreign[i]);
	for (size_t i = 0; i < GIVES; i++)
		probe_give(thread, &gives[i], &findings);
	probe_usable_size(thread, foreign[0], &findings);
	/* A foreign block whose way back is ours would not find its owner: it is left alone. */
	for (size_t i = 0; i < TAKES; i++)
		if (foreign[i] != NULL &&
		    ((findings.missing | findings.heard) & (unsigned)takes[i].give_back_entry) != 0)
			takes[i].give_back(foreign[i]);
	pl_gate_probe(thread, false);
	pl_os_restore_signals(&before);
	errno = saved;
	return findings;
}

unsigned phaselock_armed(void)
{
	return PHASELOCK_ENTRY_ALL & ~probe_all().missing;
}

unsigned phaselock_heard(void)
{
	struct findings findings = probe_all();

	return findings.heard & ~findings.missing;
}
