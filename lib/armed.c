/* SPDX-License-Identifier: MIT */
/*
 * Proof that the entry points are ours: each is called by its public name, through the dynamic
 * linker as any module of the program calls it, while this thread's record notes which calls
 * arrive. It must not know why a call might not arrive.
 */
#define _GNU_SOURCE
#include "interpose_cxx.h"
#include "os.h"
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
struct take {
	enum phaselock_entry entry;
	void *(*call)(void);
	enum phaselock_entry give_back_entry;
	void (*give_back)(void *block);
};

static const struct take takes[] = {
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

/* Called with a null pointer, which is nothing to any allocator. */
static const struct {
	enum phaselock_entry entry;
	void (*call)(void *block);
} gives[] = {
	{ENTRY(FREE), free},
	{ENTRY(CFREE), cfree},
	{ENTRY(FREE_SIZED), free_with_size},
	{ENTRY(FREE_ALIGNED_SIZED), free_with_alignment},
	{ENTRY(DELETE), _ZdlPv},
	{ENTRY(DELETE), _ZdaPv},
	{ENTRY(DELETE), delete_sized},
	{ENTRY(DELETE), delete_array_sized},
	{ENTRY(DELETE), delete_nothrow},
	{ENTRY(DELETE), delete_array_nothrow},
	{ENTRY(DELETE_ALIGNED), delete_aligned},
	{ENTRY(DELETE_ALIGNED), delete_array_aligned},
	{ENTRY(DELETE_ALIGNED), delete_sized_aligned},
	{ENTRY(DELETE_ALIGNED), delete_array_sized_aligned},
	{ENTRY(DELETE_ALIGNED), delete_aligned_nothrow},
	{ENTRY(DELETE_ALIGNED), delete_array_aligned_nothrow},
};

#define GIVES (sizeof(gives) / sizeof(gives[0]))

/* Returns which entry points did not come to the record, and the blocks that others handed out. */
static unsigned find_missing(const struct pl_thread *thread, void *foreign[TAKES])
{
	unsigned missing = 0;
	unsigned hits;

	for (size_t i = 0; i < TAKES; i++) {
		void *block;

		hits = thread->probe_hits;
		block = takes[i].call();
		foreign[i] = thread->probe_hits == hits ? block : NULL;
		missing |= thread->probe_hits == hits ? (unsigned)takes[i].entry : 0;
	}
	for (size_t i = 0; i < GIVES; i++) {
		hits = thread->probe_hits;
		gives[i].call(NULL);
		missing |= thread->probe_hits == hits ? (unsigned)gives[i].entry : 0;
	}
	hits = thread->probe_hits;
	/* With a foreign malloc a block of it: LeakSanitizer's function does not bear NULL. */
	malloc_usable_size(foreign[0]);
	missing |= thread->probe_hits == hits ? ENTRY(MALLOC_USABLE_SIZE) : 0;
	return missing;
}

unsigned phaselock_armed(void)
{
	struct pl_thread *thread = pl_thread_self();
	struct pl_os_signals before;
	void *foreign[TAKES];
	unsigned missing;
	int saved = errno;

	if (thread == NULL)
		return 0;
	pl_os_block_signals(&before); /* a request of a handler would be taken for a probe */
	pl_thread_probe(thread, true);
	missing = find_missing(thread, foreign);
	pl_thread_probe(thread, false);
	pl_os_restore_signals(&before);
	/* A foreign block whose way back is ours would not find its owner: it is left alone. */
	for (size_t i = 0; i < TAKES; i++)
		if (foreign[i] != NULL && (missing & (unsigned)takes[i].give_back_entry) != 0)
			takes[i].give_back(foreign[i]);
	errno = saved;
	return PHASELOCK_ENTRY_ALL & ~missing;
}
