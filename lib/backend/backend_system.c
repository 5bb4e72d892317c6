/* SPDX-License-Identifier: MIT */
/*
 * The backend over the allocator that the process would have had: the next definition of each
 * function in the order of the dynamic linker, from libc or from a library loaded after this one.
 *
 * Looking for it may need memory, because dlsym() allocates to keep an error. What the looking
 * thread asks for meanwhile comes from a small arena (arena.h). It must not know how requests are
 * judged, but it counts bytes, because other allocators do not count them for us.
 */
#define _GNU_SOURCE
#include "backend/backend.h"

#include "backend/arena.h"
#include "backend/contract.h"
#include "backend/next.h"
#include "backend/shortage.h"
#include "stack/object.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <stdatomic.h>
#include <string.h>

/* ---- the next allocator ---------------------------------------------------------------------- */

/* What else is known of the next allocator. Written and read like the functions in next.h. */
static struct {
	size_t (*_Atomic counted_size)(void *);	  /* next's usable_size, if it is its own */
	_Atomic int serves[PL_ALIGNED_FUNCTIONS]; /* the enum pl_aligned called for each */
	_Atomic bool realloc_keeps;		  /* realloc() to 0 bytes keeps a block */
} traits;

#define TRAIT(trait) atomic_load_explicit(&traits.trait, memory_order_relaxed)

/* Whether this thread is looking for the next allocator: its requests then come from the search. */
static _Thread_local bool looking;

/* Where the module of a function is loaded; 0 for every function if libc cannot tell. */
static uintptr_t module_of(uintptr_t function)
{
	struct pl_object object;

	return pl_object_find((const void *)function, &object) ? object.base : 0;
}

static bool is_of_libc(uintptr_t function)
{
	uintptr_t libc = module_of((uintptr_t)gnu_get_libc_version);

	return libc != 0 && module_of(function) == libc;
}

/* The version in the references of programs, and the one of aligned_alloc(). */
/* MACHINE: arm64 is not built. */
#if defined(__x86_64__)
#define VERSION "GLIBC_2.2.5"
#define VERSION_OF_C11 "GLIBC_2.16"
#elif defined(__aarch64__)
#define VERSION "GLIBC_2.17"
#define VERSION_OF_C11 "GLIBC_2.17"
#else
#error "which one is glibc's first version here?"
#endif

/*
 * dlsym() skips definitions that serve only references with a version, such as those of
 * libc_malloc_debug.so. dlvsym() skips definitions without a version, which most libraries have.
 */
static void *look_up(const char *name, const char *version)
{
	void *function = dlsym(RTLD_NEXT, name);
	void *versioned = NULL;

	if (is_of_libc((uintptr_t)function))
		versioned = dlvsym(RTLD_NEXT, name, version);
	return versioned != NULL ? versioned : function;
}

static bool is_foreign(uintptr_t function)
{
	return module_of(function) != module_of((uintptr_t)NEXT(malloc));
}

static size_t no_size(void *block)
{
	(void)block;
	return 0;
}

/* Returns whether the function belongs to the same allocator as malloc. */
static bool has(enum pl_aligned function)
{
	switch (function) {
	case PL_POSIX_MEMALIGN:
		return !is_foreign((uintptr_t)NEXT(posix_memalign));
	case PL_ALIGNED_ALLOC:
		return !is_foreign((uintptr_t)NEXT(aligned_alloc));
	case PL_MEMALIGN:
		return !is_foreign((uintptr_t)NEXT(memalign));
	case PL_VALLOC:
		return !is_foreign((uintptr_t)NEXT(valloc));
	case PL_PVALLOC:
		return !is_foreign((uintptr_t)NEXT(pvalloc));
	default:
		return false;
	}
}

/*
 * Fills in the traits. For a function that the allocator lacks, libc's was found, which knows
 * nothing of the allocator's blocks. libc's malloc_usable_size() is then not called, because it
 * reads what lies around a block. Aligned blocks come from the function that was called if the
 * allocator has it, else from one that it has.
 */
static void complete(void)
{
	static const enum pl_aligned others[] = {PL_POSIX_MEMALIGN, PL_MEMALIGN, PL_ALIGNED_ALLOC};
	enum pl_aligned other = PL_ALIGNED_FUNCTIONS;

	atomic_store_explicit(&traits.counted_size,
			      is_foreign((uintptr_t)NEXT(usable_size)) ? no_size
								       : NEXT(usable_size),
			      memory_order_relaxed);
	for (size_t i = 0; i < 3 && other == PL_ALIGNED_FUNCTIONS; i++)
		if (has(others[i]))
			other = others[i];
	for (int function = 0; function < PL_ALIGNED_FUNCTIONS; function++) {
		enum pl_aligned serves = (enum pl_aligned)function;

		if (serves == PL_NEW) /* as the C++ library does */
			serves = PL_ALIGNED_ALLOC;
		if (other != PL_ALIGNED_FUNCTIONS && !has(serves))
			serves = other;
		atomic_store_explicit(&traits.serves[function], (int)serves, memory_order_relaxed);
	}
}

/*
 * Makes the first call of malloc_usable_size(), which may need memory: tcmalloc takes it by
 * operator new, which is ours. Here the arena serves that; later, each such request would ask for
 * its own size, and so on for ever. The same block shows what realloc() to 0 bytes does.
 *
 * Not done with glibc: it needs no memory, is known to free, and would show the block in its
 * statistics.
 */
static void warm(void)
{
	void *block, *moved;

	if (is_of_libc((uintptr_t)NEXT(malloc)))
		return;
	block = NEXT(malloc)(1);
	/* A malloc that calls another function of its allocator by name gets ours. */
	if (block == NULL || in_arena(block))
		return;
	TRAIT(counted_size)(block);
	moved = NEXT(realloc)(block, 0);
	atomic_store_explicit(&traits.realloc_keeps, moved != NULL, memory_order_relaxed);
	if (moved != NULL && !in_arena(moved))
		NEXT(free)(moved);
}

static PL_COLD void look(void)
{
	looking = true;
	NEXT_IS(malloc, look_up("malloc", VERSION));
	NEXT_IS(free, look_up("free", VERSION));
	NEXT_IS(calloc, look_up("calloc", VERSION));
	NEXT_IS(realloc, look_up("realloc", VERSION));
	NEXT_IS(posix_memalign, look_up("posix_memalign", VERSION));
	NEXT_IS(aligned_alloc, look_up("aligned_alloc", VERSION_OF_C11));
	NEXT_IS(memalign, look_up("memalign", VERSION));
	NEXT_IS(valloc, look_up("valloc", VERSION));
	NEXT_IS(pvalloc, look_up("pvalloc", VERSION));
	NEXT_IS(usable_size, look_up("malloc_usable_size", VERSION));
	complete();
	warm();
	looking = false;
	next_set_found();
}

/* Returns whether the next allocator can be called; if not, the arena has to serve. */
static inline bool ready(void)
{
	if (PL_LIKELY(next_is_found()))
		return true;
	if (looking)
		return false;
	look();
	return true;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static _Thread_local struct {
	uint64_t allocated;
	uint64_t deallocated;
} bytes_of_thread;

void pl_backend_thread_bytes(struct pl_backend_bytes *bytes)
{
	bytes->allocated = &bytes_of_thread.allocated;
	bytes->deallocated = &bytes_of_thread.deallocated;
}

size_t pl_backend_usable_size(const void *block)
{
	if (in_arena(block))
		return head_of(block)->size;
	return NEXT(usable_size)((void *)(uintptr_t)block);
}

static size_t counted_size(void *block)
{
	return in_arena(block) ? head_of(block)->size : TRAIT(counted_size)(block);
}

static void *taken(void *block)
{
	if (block != NULL)
		bytes_of_thread.allocated += counted_size(block);
	return block;
}

/* ---- the backend ----------------------------------------------------------------------------- */

void *pl_backend_malloc(size_t size)
{
	void *block = ready() ? NEXT(malloc)(size) : arena_take(0, size);

	if (block == NULL)
		pl_shortage();
	return taken(block);
}

void *pl_backend_calloc(size_t size)
{
	return taken(ready() ? NEXT(calloc)(1, size) : arena_take(0, size));
}

static void *fail_with(int error)
{
	errno = error;
	return NULL;
}

static void *by_posix_memalign(size_t alignment, size_t size)
{
	void *block = NULL;
	int error = NEXT(posix_memalign)(&block, alignment, size);

	return error == 0 ? block : fail_with(error);
}

static void *by(enum pl_aligned function, size_t alignment, size_t size)
{
	switch (function) {
	case PL_ALIGNED_ALLOC:
		return NEXT(aligned_alloc)(alignment, size);
	case PL_MEMALIGN:
		return NEXT(memalign)(alignment, size);
	case PL_VALLOC:
		return NEXT(valloc)(size);
	case PL_PVALLOC:
		return NEXT(pvalloc)(size);
	default:
		return by_posix_memalign(alignment, size);
	}
}

/*
 * Rounds the size up to a multiple of the alignment and to one at least, as the C++ library does.
 * Returns 0 if there is no such number.
 */
static size_t size_of_new(size_t alignment, size_t size)
{
	return ((size == 0 ? 1 : size) + alignment - 1) & ~(alignment - 1);
}

/* Passes the request on as it is if the next allocator has the function; else by glibc's rules. */
void *pl_backend_aligned(enum pl_aligned function, size_t alignment, size_t size)
{
	enum pl_aligned serves = function;

	if (PL_LIKELY(ready()))
		serves = (enum pl_aligned)TRAIT(serves[function]);
	if (ready() && PL_LIKELY(serves == function))
		return taken(by(function, alignment, size));
	if (!pl_contract_apply(function, &alignment))
		return NULL;
	if (function == PL_NEW && (size = size_of_new(alignment, size)) == 0)
		return fail_with(ENOMEM);
	if (!ready())
		return taken(arena_take(alignment, size));
	return taken(by(serves, alignment > sizeof(void *) ? alignment : sizeof(void *), size));
}

bool pl_backend_realloc_frees(void)
{
	return !TRAIT(realloc_keeps);
}

void pl_backend_free(void *block)
{
	int saved = errno;

	if (block == NULL)
		return;
	bytes_of_thread.deallocated += counted_size(block);
	if (!in_arena(block))
		NEXT(free)(block);
	errno = saved;
}

size_t pl_backend_free_apart(void *block)
{
	int saved = errno;
	size_t size = ready() ? counted_size(block) : 0;

	if (!in_arena(block) && ready())
		NEXT(free)(block);
	errno = saved;
	return size;
}

/* The next allocator hears of a thread's end without us. */
void pl_backend_thread_end(void)
{
}

void *pl_backend_realloc(void *block, size_t size)
{
	size_t old = counted_size(block);
	void *moved;

	if (in_arena(block)) {
		moved = ready() ? NEXT(malloc)(size) : arena_take(0, size);
		if (moved != NULL)
			memcpy(moved, block, size < old ? size : old);
	} else {
		moved = NEXT(realloc)(block, size);
	}
	if (moved != NULL)
		bytes_of_thread.deallocated += old;
	return taken(moved);
}

/* Not every allocator can be told to keep pages, and each in its own way. */
void pl_backend_hold(void)
{
}

void pl_backend_let_go(void)
{
}
