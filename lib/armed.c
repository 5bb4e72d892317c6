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

#define SIZE 16
#define ALIGNMENT 64

static void *by_posix_memalign(void)
{
	void *block = NULL;

	return posix_memalign(&block, ALIGNMENT, SIZE) == 0 ? block : NULL;
}

/*
 * One call of one entry point. An allocator that is not ours really allocates; release gives its
 * block back.
 */
struct probe {
	enum phaselock_entry entry;
	void *(*call)(void);
	void (*release)(void *block);
	enum phaselock_entry release_entry;
};

#define CALL(name, expression)                                                                     \
	static void *name(void)                                                                    \
	{                                                                                          \
		return expression;                                                                 \
	}
#define CALL_VOID(name, statement)                                                                 \
	static void *name(void)                                                                    \
	{                                                                                          \
		statement;                                                                         \
		return NULL;                                                                       \
	}

CALL(by_malloc, malloc(SIZE))
CALL(by_calloc, calloc(1, SIZE))
CALL(by_realloc, realloc(NULL, SIZE))
CALL(by_reallocarray, reallocarray(NULL, 1, SIZE))
CALL(by_aligned_alloc, aligned_alloc(ALIGNMENT, SIZE))
CALL(by_memalign, memalign(ALIGNMENT, SIZE))
CALL(by_valloc, valloc(SIZE))
CALL(by_pvalloc, pvalloc(SIZE))
CALL(by_new, _Znwm(SIZE))
CALL(by_new_array, _Znam(SIZE))
CALL(by_new_nothrow, _ZnwmRKSt9nothrow_t(SIZE, ""))
CALL(by_new_array_nothrow, _ZnamRKSt9nothrow_t(SIZE, ""))
CALL(by_new_aligned, _ZnwmSt11align_val_t(SIZE, ALIGNMENT))
CALL(by_new_array_aligned, _ZnamSt11align_val_t(SIZE, ALIGNMENT))
CALL(by_new_aligned_nothrow, _ZnwmSt11align_val_tRKSt9nothrow_t(SIZE, ALIGNMENT, ""))
CALL(by_new_array_aligned_nothrow, _ZnamSt11align_val_tRKSt9nothrow_t(SIZE, ALIGNMENT, ""))

/* A null pointer is nothing to any allocator. */
CALL_VOID(by_free, free(NULL))
CALL_VOID(by_cfree, cfree(NULL))
CALL_VOID(by_free_sized, free_sized(NULL, SIZE))
CALL_VOID(by_free_aligned_sized, free_aligned_sized(NULL, ALIGNMENT, SIZE))
CALL_VOID(by_usable_size, malloc_usable_size(NULL))
CALL_VOID(by_delete, _ZdlPv(NULL))
CALL_VOID(by_delete_array, _ZdaPv(NULL))
CALL_VOID(by_delete_sized, _ZdlPvm(NULL, SIZE))
CALL_VOID(by_delete_array_sized, _ZdaPvm(NULL, SIZE))
CALL_VOID(by_delete_nothrow, _ZdlPvRKSt9nothrow_t(NULL, ""))
CALL_VOID(by_delete_array_nothrow, _ZdaPvRKSt9nothrow_t(NULL, ""))
CALL_VOID(by_delete_aligned, _ZdlPvSt11align_val_t(NULL, ALIGNMENT))
CALL_VOID(by_delete_array_aligned, _ZdaPvSt11align_val_t(NULL, ALIGNMENT))
CALL_VOID(by_delete_sized_aligned, _ZdlPvmSt11align_val_t(NULL, SIZE, ALIGNMENT))
CALL_VOID(by_delete_array_sized_aligned, _ZdaPvmSt11align_val_t(NULL, SIZE, ALIGNMENT))
CALL_VOID(by_delete_aligned_nothrow, _ZdlPvSt11align_val_tRKSt9nothrow_t(NULL, ALIGNMENT, ""))
CALL_VOID(by_delete_array_aligned_nothrow, _ZdaPvSt11align_val_tRKSt9nothrow_t(NULL, ALIGNMENT, ""))

static void delete_aligned(void *block)
{
	_ZdlPvSt11align_val_t(block, ALIGNMENT);
}

static void delete_array_aligned(void *block)
{
	_ZdaPvSt11align_val_t(block, ALIGNMENT);
}

static const struct probe probes[] = {
	{PHASELOCK_ENTRY_MALLOC, by_malloc, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_CALLOC, by_calloc, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_REALLOC, by_realloc, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_REALLOCARRAY, by_reallocarray, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_FREE, by_free, NULL, 0},
	{PHASELOCK_ENTRY_CFREE, by_cfree, NULL, 0},
	{PHASELOCK_ENTRY_POSIX_MEMALIGN, by_posix_memalign, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_ALIGNED_ALLOC, by_aligned_alloc, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_MEMALIGN, by_memalign, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_VALLOC, by_valloc, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_PVALLOC, by_pvalloc, free, PHASELOCK_ENTRY_FREE},
	{PHASELOCK_ENTRY_MALLOC_USABLE_SIZE, by_usable_size, NULL, 0},
	{PHASELOCK_ENTRY_FREE_SIZED, by_free_sized, NULL, 0},
	{PHASELOCK_ENTRY_FREE_ALIGNED_SIZED, by_free_aligned_sized, NULL, 0},
	{PHASELOCK_ENTRY_NEW, by_new, _ZdlPv, PHASELOCK_ENTRY_DELETE},
	{PHASELOCK_ENTRY_NEW, by_new_array, _ZdaPv, PHASELOCK_ENTRY_DELETE},
	{PHASELOCK_ENTRY_NEW, by_new_nothrow, _ZdlPv, PHASELOCK_ENTRY_DELETE},
	{PHASELOCK_ENTRY_NEW, by_new_array_nothrow, _ZdaPv, PHASELOCK_ENTRY_DELETE},
	{PHASELOCK_ENTRY_NEW_ALIGNED, by_new_aligned, delete_aligned,
	 PHASELOCK_ENTRY_DELETE_ALIGNED},
	{PHASELOCK_ENTRY_NEW_ALIGNED, by_new_array_aligned, delete_array_aligned,
	 PHASELOCK_ENTRY_DELETE_ALIGNED},
	{PHASELOCK_ENTRY_NEW_ALIGNED, by_new_aligned_nothrow, delete_aligned,
	 PHASELOCK_ENTRY_DELETE_ALIGNED},
	{PHASELOCK_ENTRY_NEW_ALIGNED, by_new_array_aligned_nothrow, delete_array_aligned,
	 PHASELOCK_ENTRY_DELETE_ALIGNED},
	{PHASELOCK_ENTRY_DELETE, by_delete, NULL, 0},
	{PHASELOCK_ENTRY_DELETE, by_delete_array, NULL, 0},
	{PHASELOCK_ENTRY_DELETE, by_delete_sized, NULL, 0},
	{PHASELOCK_ENTRY_DELETE, by_delete_array_sized, NULL, 0},
	{PHASELOCK_ENTRY_DELETE, by_delete_nothrow, NULL, 0},
	{PHASELOCK_ENTRY_DELETE, by_delete_array_nothrow, NULL, 0},
	{PHASELOCK_ENTRY_DELETE_ALIGNED, by_delete_aligned, NULL, 0},
	{PHASELOCK_ENTRY_DELETE_ALIGNED, by_delete_array_aligned, NULL, 0},
	{PHASELOCK_ENTRY_DELETE_ALIGNED, by_delete_sized_aligned, NULL, 0},
	{PHASELOCK_ENTRY_DELETE_ALIGNED, by_delete_array_sized_aligned, NULL, 0},
	{PHASELOCK_ENTRY_DELETE_ALIGNED, by_delete_aligned_nothrow, NULL, 0},
	{PHASELOCK_ENTRY_DELETE_ALIGNED, by_delete_array_aligned_nothrow, NULL, 0},
};

#define PROBES (sizeof(probes) / sizeof(probes[0]))

unsigned phaselock_armed(void)
{
	struct pl_thread *thread = pl_thread_self();
	void *foreign[PROBES] = {NULL};
	struct pl_os_signals before;
	unsigned armed = PHASELOCK_ENTRY_ALL;
	int saved = errno;

	if (thread == NULL)
		return 0;
	pl_os_block_signals(&before); /* a request of a handler would be taken for a probe */
	pl_thread_probe(thread, true);
	for (size_t i = 0; i < PROBES; i++) {
		unsigned hits = thread->probe_hits;
		void *block = probes[i].call();

		if (thread->probe_hits == hits) {
			armed &= ~(unsigned)probes[i].entry;
			foreign[i] = block;
		}
	}
	pl_thread_probe(thread, false);
	pl_os_restore_signals(&before);
	/* A foreign block whose way back is ours would not find its owner: it is left alone. */
	for (size_t i = 0; i < PROBES; i++)
		if (foreign[i] != NULL && (armed & (unsigned)probes[i].release_entry) == 0)
			probes[i].release(foreign[i]);
	errno = saved;
	return armed;
}
