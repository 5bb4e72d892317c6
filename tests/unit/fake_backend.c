/* SPDX-License-Identifier: MIT */
/*
 * The backend of the unit tests. It must not know what is tested.
 *
 * Like jemalloc's, its malloc sets errno when it fails. The other functions set it to a value that
 * the malloc family must never show, so that a test sees whether the library sets errno.
 */
#define _GNU_SOURCE
#include "fake_backend.h"

#include "backend/shortage.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* More than any machine has. A sanitizer would end the process for it instead of failing. */
#define TOO_MUCH ((size_t)1 << 40)

#define WRONG_ERROR EDOM

static _Atomic uint64_t calls[FAKE_FUNCTIONS]; /* any thread adds, relaxed */

static _Thread_local struct {
	struct fake_call last[FAKE_FUNCTIONS];
	unsigned until_failure; /* calls, including the failing one; 0: none fails */
	uint64_t allocated;	/* written by the thread, read by any: relaxed */
	uint64_t deallocated;	/* as above */
	void (*hook)(void);
} own;

static void note(enum fake_function function, struct fake_call call)
{
	atomic_fetch_add_explicit(&calls[function], 1, memory_order_relaxed);
	own.last[function] = call;
}

static void add_usable(uint64_t *sum, void *block)
{
	__atomic_store_n(sum, *sum + malloc_usable_size(block), __ATOMIC_RELAXED);
}

static bool fails(size_t size)
{
	return (own.until_failure > 0 && --own.until_failure == 0) || size >= TOO_MUCH;
}

static void *hand_out(void *block, int error)
{
	if (block == NULL)
		errno = error;
	else
		add_usable(&own.allocated, block);
	return block;
}

void *pl_backend_malloc(size_t size)
{
	void *block;

	note(FAKE_MALLOC, (struct fake_call){.size = size});
	block = fails(size) ? NULL : malloc(size);
	if (block == NULL)
		pl_shortage();
	return hand_out(block, ENOMEM);
}

void *pl_backend_calloc(size_t size)
{
	note(FAKE_CALLOC, (struct fake_call){.size = size});
	return hand_out(fails(size) ? NULL : calloc(1, size), WRONG_ERROR);
}

void *pl_backend_aligned(enum pl_aligned function, size_t alignment, size_t size)
{
	void *block = NULL;

	if (!pl_contract_apply(function, &alignment))
		return NULL;
	note(FAKE_ALIGNED, (struct fake_call){.alignment = alignment, .size = size});
	if (alignment < sizeof(void *))
		alignment = sizeof(void *);
	if (fails(size) || posix_memalign(&block, alignment, size) != 0)
		block = NULL;
	return hand_out(block, WRONG_ERROR);
}

void *pl_backend_realloc(void *block, size_t size)
{
	void *moved;

	note(FAKE_REALLOC, (struct fake_call){.block = block, .size = size});
	moved = fails(size) ? NULL : malloc(size);
	if (moved != NULL) {
		size_t old = malloc_usable_size(block);

		memcpy(moved, block, old < size ? old : size);
		add_usable(&own.deallocated, block);
		free(block);
	}
	return hand_out(moved, WRONG_ERROR);
}

bool pl_backend_realloc_frees(void)
{
	return true;
}

void pl_backend_free(void *block)
{
	int saved = errno;

	note(FAKE_FREE, (struct fake_call){.block = block});
	if (block != NULL) {
		add_usable(&own.deallocated, block);
		free(block);
	}
	errno = saved;
}

size_t pl_backend_free_apart(void *block)
{
	size_t size = malloc_usable_size(block);

	note(FAKE_FREE_APART, (struct fake_call){.block = block});
	free(block);
	return size;
}

void pl_backend_thread_end(void)
{
	note(FAKE_THREAD_END, (struct fake_call){.size = 0});
}

size_t pl_backend_usable_size(const void *block)
{
	note(FAKE_USABLE_SIZE, (struct fake_call){.block = block});
	return malloc_usable_size((void *)(uintptr_t)block);
}

void pl_backend_thread_bytes(struct pl_backend_bytes *bytes)
{
	void (*hook)(void) = own.hook;

	note(FAKE_THREAD_BYTES, (struct fake_call){.size = 0});
	own.hook = NULL;
	if (hook != NULL)
		hook();
	bytes->allocated = &own.allocated;
	bytes->deallocated = &own.deallocated;
}

void pl_backend_hold(void)
{
	note(FAKE_HOLD, (struct fake_call){.size = 0});
}

void pl_backend_let_go(void)
{
	note(FAKE_LET_GO, (struct fake_call){.size = 0});
}

uint64_t fake_backend_calls(enum fake_function function)
{
	return atomic_load_explicit(&calls[function], memory_order_relaxed);
}

uint64_t fake_backend_memory_calls(void)
{
	return fake_backend_calls(FAKE_MALLOC) + fake_backend_calls(FAKE_FREE) +
	       fake_backend_calls(FAKE_CALLOC) + fake_backend_calls(FAKE_ALIGNED) +
	       fake_backend_calls(FAKE_REALLOC);
}

struct fake_call fake_backend_last(enum fake_function function)
{
	return own.last[function];
}

void fake_backend_fail_nth(unsigned n)
{
	own.until_failure = n;
}

bool fake_backend_failure_is_pending(void)
{
	return own.until_failure > 0;
}

uint64_t fake_backend_allocated(void)
{
	return own.allocated;
}

uint64_t fake_backend_deallocated(void)
{
	return own.deallocated;
}

void fake_backend_hook_thread_bytes(void (*hook)(void))
{
	own.hook = hook;
}
