/* SPDX-License-Identifier: MIT */
/*
 * The backend over jemalloc, whose names make turns into je_*. pl_backend_malloc and
 * pl_backend_free are second names for je_malloc and je_free, given by the linker.
 */
#define _GNU_SOURCE
#include "backend/backend.h"

#include "backend/contract.h"
#include "common/format.h"
#include "backend/jemalloc_pages.h"
#include "common/os.h"
#include "common/os_call.h"
#include "backend/shortage.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/types.h>

/*
 * The distribution's header declares the plain names; these are the ones that make turns them into.
 */
extern void *je_calloc(size_t count, size_t size);
extern void *je_memalign(size_t alignment, size_t size);
extern void *je_realloc(void *block, size_t size);
extern size_t je_malloc_usable_size(void *block);
/* Where je_malloc() goes if its cache is empty, and the end of that function, which make finds. */
extern void *je_malloc_default(size_t size);
extern const char pl_je_malloc_default_end[];
extern int je_mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

/*
 * What jemalloc calls in place of libc's wrappers of system calls (lib/backend/jemalloc.syms). They
 * leave errno alone, because free() keeps errno and may give pages back to the kernel.
 */
void *pl_jemalloc_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset);
int pl_jemalloc_munmap(void *address, size_t size);
int pl_jemalloc_madvise(void *address, size_t size, int advice);
int pl_jemalloc_mprotect(void *address, size_t size, int rights);

/* Where jemalloc.c finds errno, which it sets when a request fails. */
int *pl_jemalloc_errno(void);

/*
 * jemalloc's table of size classes by size, in steps of 8 bytes. Class 0 is 8 bytes, class 1 is 16.
 * We tell jemalloc that there is no class of 8, because libc aligns all blocks to 16, whatever
 * their size (docs/decisions/0026-no-block-below-16.md). jemalloc calls pl_jemalloc_sz_boot() in
 * place of its own sz_boot() when it sets itself up.
 */
extern uint8_t je_sz_size2index_tab[];
extern void je_sz_boot(const void *classes, bool cache_oblivious);
void pl_jemalloc_sz_boot(const void *classes, bool cache_oblivious);

void pl_jemalloc_sz_boot(const void *classes, bool cache_oblivious)
{
	je_sz_boot(classes, cache_oblivious);
	je_sz_size2index_tab[0] = 1; /* for 0 bytes */
	je_sz_size2index_tab[1] = 1; /* for 1 to 8 */
}

/*
 * jemalloc reads this at its start. /etc/malloc.conf and MALLOC_CONF override it, unless the
 * program shuts the environment out (jemalloc_calls.c).
 *   tcache_gc_incr_bytes: a thread's cache is looked over sixteen times less often than by default.
 */
extern const char *je_malloc_conf;
const char *je_malloc_conf = "tcache_gc_incr_bytes:1048576";

void *pl_backend_calloc(size_t size)
{
	return je_calloc(1, size);
}

void *pl_backend_aligned(enum pl_aligned function, size_t alignment, size_t size)
{
	void *block;

	if (PL_UNLIKELY(!pl_contract_apply(function, &alignment)))
		return NULL;
	/* For 0 bytes je_memalign() would ignore the alignment. */
	block = je_memalign(alignment, size == 0 ? 1 : size);
	if (PL_UNLIKELY(block == NULL))
		errno = ENOMEM;
	return block;
}

void *pl_backend_realloc(void *block, size_t size)
{
	return je_realloc(block, size);
}

bool pl_backend_realloc_frees(void)
{
	return true; /* je_realloc() does not, but it is never asked */
}

size_t pl_backend_usable_size(const void *block)
{
	return je_malloc_usable_size((void *)(uintptr_t)block);
}

/*
 * jemalloc's own: what it keeps of a thread, and the destructor of that. If a thread that jemalloc
 * does not know calls free(), nothing is kept of it; nor by any request after its destructor has
 * run.
 */
extern void je_tsd_cleanup(void *tsd);
extern _Thread_local char je_tsd_tls[];

/*
 * Offset from je_tsd_tls of the count of bytes that a thread has freed; the same for all threads.
 */
static _Atomic ptrdiff_t deallocated_at;

/*
 * What jemalloc maps for a new thread: the first block of an arena, aligned to 2 MiB; the next
 * block of what it keeps of all threads, which grows each time; and the slabs of the thread's
 * cache. It takes for granted that it gets them, and crashes if it does not. So room is reserved
 * before jemalloc sees the thread, serves what the kernel then refuses, and what is left of it goes
 * back. It cannot be accessed until then: mlockall(MCL_FUTURE) would have all of it filled.
 */
#define ROOM_OF_THREAD ((size_t)32 << 20)
#define ROOM_ALIGNMENT ((size_t)2 << 20)

static _Thread_local struct {
	bool known; /* jemalloc has set this thread up */
	char *next; /* the room, while jemalloc sets the thread up */
	char *end;
} own;

/* Set when the first thread is set up, and read at a failure. Relaxed: it publishes nothing. */
static _Atomic bool has_started;

static void *take_room(size_t size)
{
	size_t alignment = size >= ROOM_ALIGNMENT ? ROOM_ALIGNMENT : PL_PAGE_SIZE;
	char *start = own.next + (-(uintptr_t)own.next & (alignment - 1));

	if (own.next == NULL || start > own.end || size > (size_t)(own.end - start))
		return MAP_FAILED;
	if (!pl_os_protect(start, size, true))
		return MAP_FAILED;
	own.next = start + size;
	return start;
}

/* Returns NULL if the kernel refuses, even after jemalloc has given back what it does not use. */
static char *reserve_room(void)
{
	char *room = pl_os_reserve(ROOM_OF_THREAD);

	if (PL_LIKELY(room != NULL))
		return room;
	pl_jemalloc_pages_release();
	return pl_os_reserve(ROOM_OF_THREAD);
}

void pl_backend_thread_bytes(struct pl_backend_bytes *bytes)
{
	size_t size = sizeof(uint64_t *);
	bool is_new = !own.known;

	if (is_new)
		own.next = reserve_room();
	if (is_new && own.next == NULL) {
		bytes->allocated = NULL;
		bytes->deallocated = NULL;
		return;
	}
	if (is_new)
		own.end = own.next + ROOM_OF_THREAD;
	own.known = true;
	/* Neither fails with statistics compiled in, as in the distribution's package. */
	je_mallctl("thread.allocatedp", (void *)&bytes->allocated, &size, NULL, 0);
	je_mallctl("thread.deallocatedp", (void *)&bytes->deallocated, &size, NULL, 0);
	if (is_new)
		pl_jemalloc_munmap(own.next, (size_t)(own.end - own.next));
	own.next = NULL;
	atomic_store_explicit(&deallocated_at, (const char *)bytes->deallocated - je_tsd_tls,
			      memory_order_relaxed);
	atomic_store_explicit(&has_started, true, memory_order_relaxed);
}

/* ---- threads that end ------------------------------------------------------------------------ */

size_t pl_backend_free_apart(void *block)
{
	ptrdiff_t at = atomic_load_explicit(&deallocated_at, memory_order_relaxed);
	const uint64_t *deallocated = (const void *)((const char *)je_tsd_tls + at);
	uint64_t before = *deallocated;

	pl_backend_free(block);
	return *deallocated - before;
}

void pl_backend_thread_end(void)
{
	je_tsd_cleanup(je_tsd_tls);
}

/* ---- purging --------------------------------------------------------------------------------- */

/* In milliseconds; -1 is never. */
struct decay {
	ssize_t dirty;
	ssize_t muzzy;
};

/*
 * The decay of all arenas. A thread that finds a change under way does not wait: the next request
 * comes soon, and in a signal handler or a child of fork() the wait could be for ever. Any thread
 * changes it, with acquire and release, so that changes are made one after the other.
 */
enum { AS_CONFIGURED, CHANGING, HELD, UNKNOWN };
static _Atomic int state;

/* In the child of a fork() nobody finishes a change that another thread had begun. */
static void after_fork(void)
{
	int changing = CHANGING;

	atomic_compare_exchange_strong_explicit(&state, &changing, UNKNOWN, memory_order_relaxed,
						memory_order_relaxed);
}

/* Here, not at the first change, because registering may take memory. */
__attribute__((constructor)) static void start(void)
{
	pthread_atfork(NULL, NULL, after_fork);
}

static void set_decay_of(const char *of, struct decay decay)
{
	char buffer[64];
	struct pl_text name = pl_text_in(buffer, sizeof(buffer));

	/* Fails for an arena that was never used, which does no harm. */
	pl_text_append(&name, "%s.dirty_decay_ms", of);
	je_mallctl(buffer, NULL, NULL, &decay.dirty, sizeof(decay.dirty));
	name = pl_text_in(buffer, sizeof(buffer));
	pl_text_append(&name, "%s.muzzy_decay_ms", of);
	je_mallctl(buffer, NULL, NULL, &decay.muzzy, sizeof(decay.muzzy));
}

/*
 * Sets when arenas give pages back, for future arenas and for each that there is. The last one is
 * jemalloc's arena for huge blocks, if it has one.
 */
static void set_decay(struct decay decay, struct decay of_huge)
{
	size_t size = sizeof(unsigned);
	unsigned arenas = 0;

	set_decay_of("arenas", decay);
	je_mallctl("arenas.narenas", &arenas, &size, NULL, 0);
	for (unsigned i = 0; i < arenas; i++) {
		char buffer[32];
		struct pl_text name = pl_text_in(buffer, sizeof(buffer));

		pl_text_append(&name, "arena.%lu", (uint64_t)i);
		set_decay_of(buffer, i + 1 < arenas ? decay : of_huge);
	}
}

/*
 * Returns whether the caller has to change the state: false if it is the given one, or is changing.
 */
static bool begin_change(int to)
{
	int now = atomic_load_explicit(&state, memory_order_relaxed);

	return now != to && now != CHANGING &&
	       atomic_compare_exchange_strong_explicit(&state, &now, CHANGING, memory_order_acquire,
						       memory_order_relaxed);
}

void pl_backend_hold(void)
{
	struct decay never = {-1, -1};

	if (PL_LIKELY(!begin_change(HELD)))
		return;
	set_decay(never, never);
	atomic_store_explicit(&state, HELD, memory_order_release);
}

/*
 * Restores the decay that jemalloc was configured with. Only jemalloc itself and MALLOC_CONF can
 * have changed it, for its mallctl() is not exported. jemalloc returns huge blocks at once, unless
 * decay is off.
 */
void pl_backend_let_go(void)
{
	struct decay decay = {0, 0}, of_huge;
	size_t size = sizeof(ssize_t), threshold = 0;

	if (PL_LIKELY(!begin_change(AS_CONFIGURED)))
		return;
	je_mallctl("opt.dirty_decay_ms", &decay.dirty, &size, NULL, 0);
	je_mallctl("opt.muzzy_decay_ms", &decay.muzzy, &size, NULL, 0);
	je_mallctl("opt.oversize_threshold", &threshold, &size, NULL, 0);
	of_huge = decay;
	if (threshold != 0 && threshold <= PTRDIFF_MAX) {
		of_huge.dirty = decay.dirty > 0 ? 0 : decay.dirty;
		of_huge.muzzy = decay.muzzy > 0 ? 0 : decay.muzzy;
	}
	set_decay(decay, of_huge);
	atomic_store_explicit(&state, AS_CONFIGURED, memory_order_release);
}

/* Ends the process if no thread was set up yet: jemalloc would go on and crash. */
static PL_COLD void end_unless_started(void)
{
	static const char message[] = "phaselock: no memory for the allocator to start with\n";

	if (atomic_load_explicit(&has_started, memory_order_relaxed))
		return;
	pl_os_write_stderr(message, sizeof(message) - 1, PL_OS_LAST_WORDS_MS);
	pl_os_end_at_once();
}

void *pl_jemalloc_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset)
{
	long result = pl_os_call(SYS_mmap, address, size, rights, flags, fd, offset);
	void *memory = result < 0 && result >= -4095 ? MAP_FAILED : (void *)result;

	if (memory == MAP_FAILED && address == NULL)
		memory = take_room(size);
	if (memory == MAP_FAILED)
		end_unless_started();
	return memory;
}

int pl_jemalloc_munmap(void *address, size_t size)
{
	return pl_os_call(SYS_munmap, address, size) == 0 ? 0 : -1;
}

int pl_jemalloc_madvise(void *address, size_t size, int advice)
{
	return pl_os_call(SYS_madvise, address, size, advice) == 0 ? 0 : -1;
}

int pl_jemalloc_mprotect(void *address, size_t size, int rights)
{
	return pl_os_call(SYS_mprotect, address, size, rights) == 0 ? 0 : -1;
}

/*
 * jemalloc calls this once for each request that fails. Requests of pl_backend_malloc() come from
 * je_malloc_default(), and only those are announced: callers of the other functions see the result.
 */
int *pl_jemalloc_errno(void)
{
	uintptr_t caller = (uintptr_t)PL_CALLER();

	if (caller > (uintptr_t)je_malloc_default && caller <= (uintptr_t)pl_je_malloc_default_end)
		pl_shortage();
	return &errno;
}
