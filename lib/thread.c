/* SPDX-License-Identifier: MIT */
/*
 * The registry of threads. It must not know what a request or a violation is.
 */
#define _GNU_SOURCE
#include "thread.h"

#include "gate.h"
#include "hot.h"
#include "order.h"
#include "os.h"
#include "shortage.h"

#include <pthread.h>
#include <string.h>

/* Records mapped at once: 16 KiB. The first ones are in the library's zeroed memory. */
#define CHUNK_RECORDS 32
#define FIRST_RECORDS 4

_Static_assert(sizeof(struct pl_thread) <= 512, "the memory promised for a thread");

_Alignas(PL_PAGE_SIZE) char pl_thread_probe_token[1];

/* This thread's record once it has one, open or not. */
static _Thread_local struct pl_thread *own;

static struct {
	struct pl_os_lock lock;
	struct pl_os_signals before_fork;
	struct pl_thread *all;		     /* under the lock */
	struct pl_thread *fresh, *fresh_end; /* under the lock: never used yet */
	struct pl_thread *early; /* under the lock: of a thread whose memory was not filled yet */
	size_t departing; /* under the lock: records whose thread is exiting, and may be gone */
	bool have_key;
	pthread_key_t key;
	struct pl_thread first[FIRST_RECORDS];
} registry;

/* Of a thread that has gone, or that nobody may ask any more: closed, so all is in the record. */
static const struct pl_hot_words no_words;

/* The backend has failed a pl_backend_malloc(), which the hot path reaches by a jump. */
static void count_failure(void)
{
	if (own != NULL)
		pl_counter_increment(&own->failed_allocations);
}

void pl_thread_counts(const struct pl_thread *thread, struct pl_counts *counts)
{
	const struct pl_hot_words *words = thread->words;

	counts->allocations = pl_gate_count(&words->allocations, &thread->allocations);
	counts->deallocations = pl_gate_count(&words->deallocations, &thread->deallocations);
	counts->reallocations = pl_counter_read(&thread->reallocations);
	counts->failed_allocations = pl_counter_read(&thread->failed_allocations);
	counts->failed_reallocations = pl_counter_read(&thread->failed_reallocations);
	counts->bytes_requested = pl_counter_read(&thread->bytes_requested) +
				  pl_counter_read(&words->bytes_requested);
	counts->bytes_reallocated = pl_counter_read(&thread->bytes_reallocated);
	counts->locked_attempts = pl_counter_read(&thread->locked_attempts);
	counts->permitted_attempts = pl_counter_read(&thread->permitted_attempts);
	counts->suppressed_attempts = pl_counter_read(&thread->suppressed_attempts);
	counts->locked_deallocations = pl_counter_read(&thread->locked_deallocations);
	counts->bytes_allocated = thread->bytes_before[0] +
				  __atomic_load_n(thread->bytes.allocated, __ATOMIC_RELAXED);
	counts->bytes_deallocated = thread->bytes_before[1] +
				    __atomic_load_n(thread->bytes.deallocated, __ATOMIC_RELAXED);
}

/* ---- the life of a record -------------------------------------------------------------------- */

/*
 * Where this thread's bytes are counted. Where a sanitizer serves the requests, the backend is left
 * alone: of each thread that it knows it makes something, and ThreadSanitizer does not bear the
 * number of locks that jemalloc then takes around fork().
 */
static void fetch_bytes(struct pl_backend_bytes *bytes)
{
	static uint64_t none; /* never written */

	if (PL_LIKELY(!pl_order_is_second())) {
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

/*
 * From now on the record holds the thread's counts itself: those of the hot path, which the thread
 * does not take any more, and a copy of its bytes. Under the lock.
 */
static void detach(struct pl_thread *thread)
{
	const struct pl_hot_words *words = thread->words;

	thread->exiting = true;
	registry.departing++;
	if (thread == own)
		pl_gate_set(thread);
	atomic_store_explicit(&thread->allocations,
			      pl_gate_count(&words->allocations, &thread->allocations),
			      memory_order_relaxed);
	atomic_store_explicit(&thread->deallocations,
			      pl_gate_count(&words->deallocations, &thread->deallocations),
			      memory_order_relaxed);
	pl_counter_add(&thread->bytes_requested, pl_counter_read(&words->bytes_requested));
	thread->words = &no_words;
	thread->bytes_last[0] = *thread->bytes.allocated;
	thread->bytes_last[1] = *thread->bytes.deallocated;
	thread->bytes.allocated = &thread->bytes_last[0];
	thread->bytes.deallocated = &thread->bytes_last[1];
}

/*
 * The destructor of the registry's key. The thread may still make requests, from here on by the
 * slow path.
 */
static void depart(void *record)
{
	struct pl_thread *thread = record;
	struct pl_os_signals before;

	pl_os_lock(&registry.lock, &before);
	detach(thread);
	thread->watch = NULL; /* it may lie on the stack that goes */
	pl_os_unlock(&registry.lock, &before);
}

/* Returns a record whose owner is gone, or NULL. Under the lock. */
static struct pl_thread *inherit(uint64_t id)
{
	struct pl_thread *thread = registry.departing > 0 ? registry.all : NULL;

	for (; thread != NULL; thread = thread->next) {
		if (!thread->exiting)
			continue;
		/* A record with this thread's own id is that of an earlier thread: ids of the dead
		 * come again. */
		if (thread->gone || thread->id == id || pl_os_thread_is_gone(thread->id))
			break;
	}
	if (thread == NULL)
		return NULL;
	registry.departing--;
	thread->bytes_before[0] += thread->bytes_last[0];
	thread->bytes_before[1] += thread->bytes_last[1];
	thread->bytes_last[0] = 0;
	thread->bytes_last[1] = 0;
	pl_thread_counts(thread, &thread->start);
	thread->exiting = false;
	thread->gone = false;
	thread->scopes = 0;
	thread->watch = NULL;
	atomic_store_explicit(&thread->watching, 0, memory_order_relaxed);
	return thread;
}

/* Returns a record that nobody had before, or NULL if the kernel has no memory. Under the lock. */
static struct pl_thread *create(void)
{
	struct pl_thread *thread;

	if (registry.fresh == registry.fresh_end) {
		bool first = registry.all == NULL;
		size_t count = first ? FIRST_RECORDS : CHUNK_RECORDS;
		struct pl_thread *chunk =
			first ? registry.first : pl_os_map(count * sizeof(*chunk));

		if (chunk == NULL)
			return NULL;
		registry.fresh = chunk;
		registry.fresh_end = chunk + count;
	}
	thread = registry.fresh++;
	thread->next = registry.all;
	registry.all = thread;
	return thread;
}

/*
 * Returns the record that this thread had before its memory was filled, which made it forget, or
 * NULL. Under the lock.
 */
static struct pl_thread *remember(void)
{
	struct pl_thread *thread = registry.early;

	if (thread == NULL || thread->words != &pl_hot.own)
		return NULL;
	registry.early = NULL;
	return thread;
}

/* With all signals blocked. */
static struct pl_thread *register_thread(void)
{
	uint64_t id = pl_os_thread_id();
	struct pl_os_signals before;
	struct pl_backend_bytes bytes;
	struct pl_thread *thread;

	pl_order_require();
	/* Not under the lock: an allocator may set itself up in this. */
	fetch_bytes(&bytes);
	if (bytes.allocated == NULL)
		return NULL;
	pl_os_lock(&registry.lock, &before);
	thread = remember();
	if (thread == NULL)
		thread = inherit(id);
	if (thread == NULL)
		thread = create();
	if (thread != NULL) {
		thread->id = id;
		thread->stack = (uintptr_t)__builtin_frame_address(0);
		thread->bytes = bytes;
		thread->words = &pl_hot.own;
		/* A thread that used the allocator before it came here brings counts that are no
		 * flow of ours. */
		thread->bytes_before[0] -= *bytes.allocated;
		thread->bytes_before[1] -= *bytes.deallocated;
		own = thread;
		if (!pl_gate_memory_stays())
			registry.early = thread;
		pl_gate_set(thread);
		pl_shortage_tell(count_failure);
	}
	/* The first registration comes before any program could have made a key: this takes no
	 * memory. */
	if (!registry.have_key)
		registry.have_key = pthread_key_create(&registry.key, depart) == 0;
	pl_os_unlock(&registry.lock, &before);
	if (thread != NULL && registry.have_key) {
		/* For a key beyond glibc's first block of 32 this allocates: by permit, whatever
		 * the phase. */
		pl_gate_scope_begin(thread, PL_SCOPE_PERMIT, NULL);
		pthread_setspecific(registry.key, thread);
		pl_gate_scope_end(thread, PL_SCOPE_PERMIT);
	}
	return thread;
}

/*
 * Signals stay blocked to the end: a handler that begins a scope must not find the allocator half
 * set up by the thread that it interrupted, nor leave by siglongjmp() while the permit scope is
 * open.
 */
static PL_COLD struct pl_thread *enrol(void)
{
	struct pl_os_signals before;
	struct pl_thread *thread;

	pl_os_block_signals(&before);
	thread = own; /* by a signal handler, just now */
	if (thread == NULL)
		thread = register_thread();
	pl_os_restore_signals(&before);
	return thread;
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

void pl_thread_lock(struct pl_os_signals *before)
{
	pl_os_lock(&registry.lock, before);
}

void pl_thread_unlock(const struct pl_os_signals *before)
{
	pl_os_unlock(&registry.lock, before);
}

uint64_t pl_thread_sum(struct pl_counts *sum)
{
	uint64_t living = 0;

	memset(sum, 0, sizeof(*sum));
	for (const struct pl_thread *thread = registry.all; thread != NULL; thread = thread->next) {
		struct pl_counts one;

		pl_thread_counts(thread, &one);
		sum->allocations += one.allocations;
		sum->deallocations += one.deallocations;
		sum->reallocations += one.reallocations;
		sum->failed_allocations += one.failed_allocations;
		sum->failed_reallocations += one.failed_reallocations;
		sum->bytes_requested += one.bytes_requested;
		sum->bytes_allocated += one.bytes_allocated;
		sum->bytes_deallocated += one.bytes_deallocated;
		sum->bytes_reallocated += one.bytes_reallocated;
		sum->locked_attempts += one.locked_attempts;
		sum->permitted_attempts += one.permitted_attempts;
		sum->suppressed_attempts += one.suppressed_attempts;
		sum->locked_deallocations += one.locked_deallocations;
		living += !thread->exiting;
	}
	return living;
}

struct pl_thread *pl_thread_newest(void)
{
	return registry.all;
}

void pl_thread_fork_prepare(void)
{
	struct pl_os_signals before;

	pl_thread_self(); /* so that no handler of fork makes this thread register while it holds
			     the lock */
	pl_os_lock(&registry.lock, &before);
	registry.before_fork = before;
}

void pl_thread_fork_parent(void)
{
	struct pl_os_signals before = registry.before_fork;

	pl_os_unlock(&registry.lock, &before);
}

void pl_thread_fork_child(void)
{
	for (struct pl_thread *thread = registry.all; thread != NULL; thread = thread->next) {
		if (thread == own)
			continue;
		/* Of its thread the child has the memory, until a new one takes it, but nothing
		 * that runs. */
		if (!thread->exiting)
			detach(thread);
		thread->gone = true;
		/* It may have been in a watcher, for which nobody is to wait. */
		atomic_store_explicit(&thread->watching, 0, memory_order_relaxed);
	}
	if (own != NULL)
		own->id = pl_os_thread_id();
	/* The lock knows its holder by the id, which is another in the child. */
	atomic_store_explicit(&registry.lock.word, (uint32_t)pl_os_thread_id(),
			      memory_order_relaxed);
	pl_thread_fork_parent();
}
