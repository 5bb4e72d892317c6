/* SPDX-License-Identifier: MIT */
/*
 * The registry of threads. It must not know what a request or a violation is.
 *
 * Nobody holds its lock around a fork(), so a child may find what another thread of the parent had
 * half done. One store publishes a new record in the list, and one store the memory for new
 * records; half a change to a record is undone (owner.c).
 */
#define _GNU_SOURCE
#include "thread/thread.h"

#include "thread/ending.h"
#include "thread/gate.h"
#include "thread/hot.h"
#include "thread/locks.h"
#include "thread/sanitizer_order.h"
#include "common/os.h"
#include "common/usdt.h"
#include "thread/owner.h"
#include "report/report.h"
#include "backend/shortage.h"
#include "thread/strays.h"

#include <pthread.h>
#include <string.h>

/* Records mapped at once: 16 KiB. The first few are in the library's zeroed memory. */
#define CHUNK_RECORDS 32
#define FIRST_RECORDS 4

_Static_assert(sizeof(struct pl_thread) <= 512, "the memory promised for a thread");

_Alignas(PL_PAGE_SIZE) char pl_thread_probe_token[1];

/* This thread's record once it has one, whether its gate is open or not. */
static _Thread_local struct pl_thread *own;

/* Set while this thread is being registered: its requests cannot be counted in its record. */
static _Thread_local bool entering;

static struct {
	_Atomic(struct pl_thread *) all; /* written under the lock; any thread reads, acquire */
	struct pl_thread *fresh;	 /* under the lock: the first fresh_left are unused */
	size_t fresh_left;
	struct pl_thread *early; /* under the lock: its thread's memory is not filled yet */
	size_t departing;	 /* under the lock: exiting ones, whose thread may be gone */
	/*
	 * The process id, which is also the id of its first thread, whose end is the end of the
	 * process. Written under the lock. Relaxed: to any other thread, the old and the new value
	 * both say that it is not the first.
	 */
	_Atomic uint64_t process;
	bool have_key; /* since the first registration */
	pthread_key_t key;
	struct pl_thread first[FIRST_RECORDS];
} registry;

/* pl_backend_malloc() has failed. The hot path ends in a jump there, so the backend tells us. */
static void count_failure(void)
{
	struct pl_thread *thread = own != NULL ? own : &pl_strays;

	if (own != NULL)
		own->denied = false;
	pl_record_add(thread, &thread->failed_allocations, 1);
}

/* ---- the life of a record -------------------------------------------------------------------- */

static struct pl_thread *all(void)
{
	return atomic_load_explicit(&registry.all, memory_order_acquire);
}

/*
 * Finds where this thread's bytes are counted. If a sanitizer serves the requests, the backend is
 * left alone: it allocates something for each thread that it knows, and ThreadSanitizer cannot cope
 * with the number of locks that jemalloc then takes around fork().
 */
static void fetch_bytes(struct pl_backend_bytes *bytes)
{
	static uint64_t none; /* never written */

	if (PL_LIKELY(!pl_sanitizer_order_is_second())) {
		pl_backend_thread_bytes(bytes);
		return;
	}
	bytes->allocated = &none;
	bytes->deallocated = &none;
}

void pl_thread_keep_bytes(struct pl_thread *thread)
{
	struct pl_backend_bytes bytes;

	fetch_bytes(&bytes);
	__atomic_store_n(&thread->bytes_last[0], *bytes.allocated, __ATOMIC_RELAXED);
	__atomic_store_n(&thread->bytes_last[1], *bytes.deallocated, __ATOMIC_RELAXED);
}

/* Under the lock. */
static void leave(struct pl_thread *thread)
{
	pl_owner_leaves(thread, thread == own);
	registry.departing++;
}

/*
 * The thread ends, or its end will not be noticed, and its memory goes away. From here on the
 * allocator keeps nothing of it, and the record holds the counts itself. The thread may still make
 * requests, on the slow path.
 */
static void take_leave(struct pl_thread *thread)
{
	struct pl_os_signals before;

	pl_backend_thread_end();
	pl_thread_lock(&before);
	leave(thread);
	pl_thread_unlock(&before);
}

/* The destructor of the registry's key. */
static void depart(void *record)
{
	take_leave(record);
}

/* Returns a record whose owner is gone, or NULL. Under the lock. */
static struct pl_thread *find_left(uint64_t id)
{
	struct pl_thread *thread = registry.departing > 0 ? all() : NULL;

	for (; thread != NULL; thread = thread->next) {
		if (!thread->exiting)
			continue;
		/* A record with our own id was an earlier thread's: the kernel reuses ids. */
		if (thread->gone || thread->id == id || pl_os_thread_is_gone(thread->id))
			break;
	}
	return thread;
}

/* Returns a record that had no owner yet, or NULL if the kernel has no memory. Under the lock. */
static struct pl_thread *create(void)
{
	if (registry.fresh_left == 0) {
		bool first = all() == NULL;
		size_t count = first ? FIRST_RECORDS : CHUNK_RECORDS;
		struct pl_thread *chunk =
			first ? registry.first : pl_os_map(count * sizeof(*chunk));

		if (chunk == NULL)
			return NULL;
		registry.fresh = chunk;
		atomic_signal_fence(memory_order_seq_cst); /* the number is for this chunk only */
		registry.fresh_left = count;
	}
	return &registry.fresh[--registry.fresh_left];
}

/* Publishes a record, which must be whole. Under the lock. */
static void publish(struct pl_thread *thread)
{
	thread->next = all();
	atomic_store_explicit(&registry.all, thread, memory_order_release);
}

/*
 * Returns the record that this thread had before its memory was filled, or NULL. The filling erased
 * `own`. Under the lock.
 */
static struct pl_thread *remember(void)
{
	struct pl_thread *thread = registry.early;

	if (thread == NULL || thread->words != &pl_hot.own)
		return NULL;
	registry.early = NULL;
	return thread;
}

/* Returns the calling thread's record, or NULL if there is no memory for one. Under the lock. */
static struct pl_thread *find_record(uint64_t id, const struct pl_backend_bytes *bytes)
{
	struct pl_thread *thread = remember();

	if (thread == NULL) {
		thread = find_left(id);
		registry.departing -= thread != NULL;
	}
	if (thread != NULL) {
		pl_owner_comes(thread, id, bytes);
		return thread;
	}
	thread = create();
	if (thread != NULL) {
		pl_owner_comes(thread, id, bytes);
		publish(thread);
	}
	return thread;
}

/*
 * Arranges for the thread's end to be noticed; returns whether it will be. This allocates for a key
 * beyond glibc's first block of 32, so it is permitted, whatever the phase.
 */
static bool await_end(struct pl_thread *thread)
{
	bool heard;

	pl_gate_own_begin(thread);
	heard = pthread_setspecific(registry.key, thread) == 0;
	pl_gate_own_end(thread);
	return heard;
}

/* The program has taken all keys (PTHREAD_KEYS_MAX) before its first request. */
static PL_COLD void tell_of_no_key(void)
{
	static _Atomic bool told;

	if (!atomic_exchange_explicit(&told, true, memory_order_relaxed))
		pl_report_message("no key for thread-specific data is left (PTHREAD_KEYS_MAX): "
				  "requests of all threads but the first are slow");
}

/* With all signals blocked. */
static struct pl_thread *register_thread(void)
{
	uint64_t id = pl_os_thread_id();
	uint64_t process = atomic_load_explicit(&registry.process, memory_order_relaxed);
	bool late = all() != NULL && id != process && pl_ending();
	struct pl_os_signals before;
	struct pl_backend_bytes bytes;
	struct pl_thread *thread;
	bool have_key, is_first;

	pl_sanitizer_order_require();
	pl_locks_start();
	/* Not under the lock: the allocator may set itself up here. */
	fetch_bytes(&bytes);
	if (bytes.allocated == NULL)
		return NULL;
	pl_thread_lock(&before);
	thread = find_record(id, &bytes);
	if (thread != NULL) {
		thread->stack = (uintptr_t)__builtin_frame_address(0);
		own = thread;
		if (!pl_gate_memory_stays())
			registry.early = thread;
		pl_gate_set(thread);
		pl_shortage_tell(count_failure);
	}
	if (!registry.have_key)
		registry.have_key = pthread_key_create(&registry.key, depart) == 0;
	have_key = registry.have_key;
	pl_thread_unlock(&before);
	if (thread == NULL) {
		pl_backend_thread_end();
		return NULL;
	}
	PL_USDT(thread_register, (id));
	/*
	 * The first thread's memory stays to the end. Another thread has to leave now if we will
	 * not be told of its end: its destructors may have run, or there is no key.
	 */
	is_first = id == atomic_load_explicit(&registry.process, memory_order_relaxed);
	if (late || ((!have_key || !await_end(thread)) && !is_first))
		take_leave(thread);
	if (!have_key && !is_first)
		tell_of_no_key();
	return thread;
}

/*
 * Signals stay blocked to the end. A handler that begins a scope must not find the allocator half
 * set up by the thread that it interrupted, nor leave by siglongjmp() while the permit scope is
 * open.
 */
static PL_COLD struct pl_thread *enrol(void)
{
	struct pl_os_signals before;
	struct pl_thread *thread;

	pl_os_block_signals(&before);
	thread = own; /* a handler may just have registered it */
	if (thread == NULL && !entering) {
		entering = true;
		thread = register_thread();
		entering = false;
	}
	pl_os_restore_signals(&before);
	return thread;
}

bool pl_thread_is_entering(void)
{
	return entering;
}

struct pl_thread *pl_thread_registered(void)
{
	return own;
}

struct pl_thread *pl_thread_self(void)
{
	return own != NULL ? own : enrol();
}

/* ---- all records ----------------------------------------------------------------------------- */

/*
 * The child of a fork has the records of all threads of its parent, but only one of these runs,
 * besides those that it has started since. Marks the others gone. By the child's first thread,
 * under the lock.
 */
static void adopt(void)
{
	pl_owner_undo();
	atomic_store_explicit(&registry.process, pl_os_process_id(), memory_order_relaxed);
	registry.departing = 0;
	for (struct pl_thread *thread = all(); thread != NULL; thread = thread->next) {
		if (thread == own || (!thread->exiting && !pl_os_thread_is_gone(thread->id)))
			continue;
		if (!pl_owner_has_left(thread))
			leave(thread);
		else
			registry.departing++;
		thread->gone = true;
		/* It may have been in a watcher. Nobody should wait for it. */
		atomic_store_explicit(&thread->watching, 0, memory_order_relaxed);
	}
	if (own != NULL)
		own->id = pl_os_thread_id();
}

void pl_thread_lock(struct pl_os_signals *before)
{
	pl_lock(PL_LOCK_THREADS, before);
	if (PL_UNLIKELY(pl_locks_are_new()))
		adopt();
}

void pl_thread_unlock(const struct pl_os_signals *before)
{
	pl_unlock(PL_LOCK_THREADS, before);
}

static void add(struct pl_counts *sum, const struct pl_thread *thread)
{
	struct pl_counts one;

	pl_owner_counts(thread, &one);
#define ADD(name) sum->name += one.name;
	PL_COUNTS(ADD)
#undef ADD
}

uint64_t pl_thread_sum(struct pl_counts *sum)
{
	uint64_t living = 0;

	memset(sum, 0, sizeof(*sum));
	pl_strays_sum(sum);
	for (const struct pl_thread *thread = all(); thread != NULL; thread = thread->next) {
		add(sum, thread);
		living += !thread->exiting;
	}
	return living;
}

struct pl_thread *pl_thread_newest(void)
{
	return all();
}

void pl_thread_fork_child(void)
{
	struct pl_os_signals before;

	/* Taking the lock adopts the records. Then the remaining thread gets one, so it counts. */
	pl_thread_lock(&before);
	pl_thread_unlock(&before);
	pl_thread_self();
}
