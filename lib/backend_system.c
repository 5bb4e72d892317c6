/* SPDX-License-Identifier: MIT */
/*
 * The backend over the allocator that the process would have had: the next definition of each
 * function in the order of the dynamic linker, be it libc's or that of a library loaded after this
 * one.
 *
 * Finding it may need memory (dlsym() allocates to keep an error). What this thread asks for
 * meanwhile comes from a small arena, whose blocks are never given back and are known for ever by
 * their address. It must not know how requests are judged, but it counts bytes, which other
 * allocators do not do for it.
 */
#define _GNU_SOURCE
#include "backend.h"

#include "object.h"
#include "os.h"
#include "shortage.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <stdatomic.h>
#include <string.h>

/* ---- the arena ------------------------------------------------------------------------------- */

#define ARENA_SIZE 65536
#define ARENA_ALIGNMENT 16

/* Before each block: its size. A whole alignment, so that the block is aligned too. */
struct arena_head {
	size_t size;
	size_t unused;
};

_Static_assert(sizeof(struct arena_head) == ARENA_ALIGNMENT, "a block starts aligned");

static _Alignas(ARENA_ALIGNMENT) char arena[ARENA_SIZE];
static _Atomic size_t
	arena_used; /* may run past the end; any thread adds, relaxed: it hands out places */

static bool in_arena(const void *block)
{
	return (uintptr_t)block - (uintptr_t)arena < ARENA_SIZE;
}

static struct arena_head *head_of(const void *block)
{
	return (struct arena_head *)(uintptr_t)block - 1;
}

/* Zeroed, as the arena is and no block of it comes twice. */
static void *arena_take(size_t alignment, size_t size)
{
	size_t room = alignment > ARENA_ALIGNMENT ? alignment : 0;
	size_t start;
	uintptr_t block;

	if (size > ARENA_SIZE || room > ARENA_SIZE)
		return NULL;
	/* Nothing is something too: a block at the very end would not be known by its address. */
	size = size == 0 ? 1 : size;
	room += sizeof(struct arena_head) +
		((size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1));
	/* Looked at first, so that requests that do not fit cannot make the number wrap. */
	if (atomic_load_explicit(&arena_used, memory_order_relaxed) > ARENA_SIZE)
		return NULL;
	start = atomic_fetch_add_explicit(&arena_used, room, memory_order_relaxed);
	if (start > ARENA_SIZE || room > ARENA_SIZE - start)
		return NULL;
	block = (uintptr_t)arena + start + sizeof(struct arena_head);
	if (alignment > ARENA_ALIGNMENT)
		block = (block + alignment - 1) & ~(alignment - 1);
	head_of((void *)block)->size = size;
	return (void *)block;
}

/* ---- the next allocator ---------------------------------------------------------------------- */

/*
 * Stored by whichever threads come first, relaxed, all with the same values, before found is set;
 * loaded after that.
 */
static struct {
	void *(*_Atomic malloc)(size_t);
	void (*_Atomic free)(void *);
	void *(*_Atomic calloc)(size_t, size_t);
	void *(*_Atomic realloc)(void *, size_t);
	int (*_Atomic posix_memalign)(void **, size_t, size_t);
	void *(*_Atomic memalign)(size_t, size_t); /* NULL: posix_memalign serves */
	size_t (*_Atomic usable_size)(void *);
	size_t (*_Atomic counted_size)(void *); /* that, if the allocator has it */
} next;
static _Atomic bool found; /* release by those, acquire by all */

/* This thread is looking for the next allocator, and asks for memory from within. */
static _Thread_local bool looking;

#define NEXT(function) atomic_load_explicit(&next.function, memory_order_relaxed)

/* Where the module is loaded that a function is in, or 0, for each, if libc cannot tell. */
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

/* The version that the references of programs have. */
#if defined(__x86_64__)
#define VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define VERSION "GLIBC_2.17"
#else
#error "which one is glibc's first version here?"
#endif

/*
 * dlsym() passes over definitions that are there for references with a version alone, as those of
 * libc_malloc_debug.so are; dlvsym() passes over those without one, which most libraries have.
 */
static void *look_up(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);
	void *versioned = NULL;

	if (is_of_libc((uintptr_t)function))
		versioned = dlvsym(RTLD_NEXT, name, VERSION);
	return versioned != NULL ? versioned : function;
}

static void *find(const char *name)
{
	static const char message[] = "phaselock: the process has no allocator behind the library: "
				      "link it dynamically, with a libc\n";
	void *function = look_up(name);

	if (function == NULL) {
		pl_os_write_stderr(message, sizeof(message) - 1, PL_OS_LAST_WORDS_MS);
		pl_os_abort();
	}
	return function;
}

#define FIND(function, name)                                                                       \
	do {                                                                                       \
		void *place = find(name);                                                          \
                                                                                                   \
		atomic_store_explicit(&next.function, (__typeof__(NEXT(function)))place,           \
				      memory_order_relaxed);                                       \
	} while (0)

static bool is_foreign(uintptr_t function)
{
	return module_of(function) != module_of((uintptr_t)NEXT(malloc));
}

static size_t no_size(void *block)
{
	(void)block;
	return 0;
}

/*
 * An allocator may lack functions, which are libc's then, and know nothing of its blocks. Not asked
 * is libc's malloc_usable_size(): it reads what lies around a block. Aligned blocks come by
 * whichever function the allocator has.
 */
static void complete(void)
{
	static const char *const aligned[] = {"memalign", "aligned_alloc"};

	atomic_store_explicit(&next.counted_size,
			      is_foreign((uintptr_t)NEXT(usable_size)) ? no_size
								       : NEXT(usable_size),
			      memory_order_relaxed);
	for (size_t i = 0; i < 2 && is_foreign((uintptr_t)NEXT(posix_memalign)); i++) {
		void *place = look_up(aligned[i]);

		if (place == NULL || is_foreign((uintptr_t)place))
			continue;
		atomic_store_explicit(&next.memalign, (__typeof__(NEXT(memalign)))place,
				      memory_order_relaxed);
		return;
	}
}

/*
 * The first malloc_usable_size() of an allocator may need memory for itself: tcmalloc takes it by
 * operator new, which is ours. So it is made here, where the arena gives it; later, each such
 * request would ask for its own size, and so on for ever. glibc needs none, and would show the
 * block in its statistics.
 */
static void warm(void)
{
	void *block;

	if (is_of_libc((uintptr_t)NEXT(malloc)))
		return;
	block = NEXT(malloc)(1);
	/* An allocator whose malloc calls another of its functions by name gets that from here. */
	if (block == NULL || in_arena(block))
		return;
	NEXT(counted_size)(block);
	NEXT(free)(block);
}

static PL_COLD void look(void)
{
	looking = true;
	FIND(malloc, "malloc");
	FIND(free, "free");
	FIND(calloc, "calloc");
	FIND(realloc, "realloc");
	FIND(posix_memalign, "posix_memalign");
	FIND(usable_size, "malloc_usable_size");
	complete();
	warm();
	looking = false;
	atomic_store_explicit(&found, true, memory_order_release);
}

/* Returns whether the next allocator can be called; if not, the arena has to serve. */
static inline bool ready(void)
{
	if (PL_LIKELY(atomic_load_explicit(&found, memory_order_acquire)))
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
	return in_arena(block) ? head_of(block)->size : NEXT(counted_size)(block);
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

void *pl_backend_aligned(size_t alignment, size_t size)
{
	void *block = NULL;

	if (!ready())
		return taken(arena_take(alignment, size));
	if (PL_UNLIKELY(NEXT(memalign) != NULL))
		return taken(NEXT(memalign)(alignment, size));
	if (NEXT(posix_memalign)(&block, alignment > sizeof(void *) ? alignment : sizeof(void *),
				 size) != 0)
		return NULL;
	return taken(block);
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

/* The allocator below hears of a thread's end as it does without us. */
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

/* Not every allocator can be asked, and none of them in the same words. */
void pl_backend_hold(void)
{
}

void pl_backend_let_go(void)
{
}
