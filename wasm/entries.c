/* SPDX-License-Identifier: MIT */
/*
 * The malloc family of a module. With wrap.flags the linker leads each reference to malloc, also
 * libc's own, to __wrap_malloc here, and __real_malloc to the original. Without the flags the
 * linker reports the missing __real_ names; if a module is linked all the same, armed.c finds it
 * out. This file keeps libc's contract: overflow, alignment, errno. guard.h decides what happens to
 * a request.
 */
#include "guard.h"

#include <errno.h>

_Alignas(64) unsigned char pl_guard_token[256];

#define PAGE 65536 /* WebAssembly's page size */

extern void *__real_malloc(size_t size);
extern void *__real_calloc(size_t count, size_t size);
extern void *__real_realloc(void *block, size_t size);
extern void *__real_aligned_alloc(size_t alignment, size_t size);
extern void __real_free(void *block);
extern size_t __real_malloc_usable_size(void *block);
extern void *__real_sbrk(intptr_t increment);

/* Never called. libc has these, and the linker must look for the names. */
extern int __real_posix_memalign(void **out, size_t alignment, size_t size);
extern void *__real_reallocarray(void *block, size_t count, size_t size);
extern void *__real___libc_malloc(size_t size);
extern void *__real___libc_calloc(size_t count, size_t size);
extern void __real___libc_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
void __wrap_free(void *block);
void __wrap_cfree(void *block);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_memalign(size_t alignment, size_t size);
void *__wrap_valloc(size_t size);
void *__wrap_pvalloc(size_t size);
size_t __wrap_malloc_usable_size(void *block);
void __wrap_free_sized(void *block, size_t size);
void __wrap_free_aligned_sized(void *block, size_t alignment, size_t size);
void *__wrap___libc_malloc(size_t size);
void *__wrap___libc_calloc(size_t count, size_t size);
void __wrap___libc_free(void *block);
void *__wrap_sbrk(intptr_t increment);

static bool is_power_of_two(size_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static void *fail(int error)
{
	errno = error;
	return NULL;
}

static bool is_probe(void)
{
	if (pl_guard.probing)
		pl_guard.hits++;
	return pl_guard.probing;
}

/* ---- requests -------------------------------------------------------------------------------- */

static void *take(const struct pl_request *request, void *(*serve)(const struct pl_request *))
{
	struct phaselock_stats *counts = &pl_guard.counts;
	void *block;

	if (is_probe())
		return pl_guard_token;
	if (!pl_guard_passes(request))
		return fail(ENOMEM);
	counts->allocations++;
	counts->bytes_requested += request->size;
	pl_guard.serving++;
	block = serve(request);
	pl_guard.serving--;
	if (block == NULL) {
		counts->failed_allocations++;
		return fail(ENOMEM);
	}
	counts->live_allocations++;
	counts->bytes_allocated += __real_malloc_usable_size(block);
	return block;
}

static void *serve_plain(const struct pl_request *request)
{
	return __real_malloc(request->size);
}

static void *serve_zeroed(const struct pl_request *request)
{
	return __real_calloc(1, request->size);
}

static void *serve_aligned(const struct pl_request *request)
{
	return __real_aligned_alloc(request->alignment, request->size);
}

static void *take_plain(const char *function, size_t size)
{
	const struct pl_request request = {.function = function, .size = size};

	return take(&request, serve_plain);
}

static void *take_zeroed(const char *function, size_t count, size_t size)
{
	struct pl_request request = {.function = function};

	if (__builtin_mul_overflow(count, size, &request.size))
		return fail(ENOMEM);
	return take(&request, serve_zeroed);
}

static void *take_aligned(const char *function, size_t alignment, size_t size)
{
	const struct pl_request request = {
		.function = function, .size = size, .alignment = alignment};

	return take(&request, serve_aligned);
}

static void give_back(const char *function, void *block)
{
	const struct pl_request request = {.function = function, .old = block, .release = true};
	struct phaselock_stats *counts = &pl_guard.counts;

	if (is_probe() || block == NULL || !pl_guard_passes(&request))
		return;
	counts->deallocations++;
	if (pl_guard.phase != PHASELOCK_INIT)
		counts->locked_deallocations++;
	counts->live_allocations--;
	counts->bytes_deallocated += __real_malloc_usable_size(block);
	__real_free(block);
}

static void *resize(const struct pl_request *request, void *block)
{
	struct phaselock_stats *counts = &pl_guard.counts;
	uint64_t before, after;
	void *moved;

	if (!pl_guard_passes(request))
		return fail(ENOMEM);
	counts->reallocations++;
	counts->bytes_requested += request->size;
	before = __real_malloc_usable_size(block);
	pl_guard.serving++;
	moved = __real_realloc(block, request->size);
	pl_guard.serving--;
	if (moved == NULL) {
		counts->failed_allocations++;
		return fail(ENOMEM);
	}
	after = __real_malloc_usable_size(moved);
	counts->bytes_allocated += after;
	counts->bytes_deallocated += before;
	counts->bytes_reallocated += after - before;
	return moved;
}

/* As in the library: realloc(NULL, n) is malloc(n), realloc(block, 0) frees and returns NULL. */
static void *reallocate(const char *function, void *block, size_t size)
{
	const struct pl_request request = {.function = function, .size = size, .old = block};

	if (block == NULL)
		return take_plain(function, size);
	if (size == 0) {
		give_back(function, block);
		return NULL;
	}
	return resize(&request, block);
}

/* ---- entries --------------------------------------------------------------------------------- */

void *__wrap_malloc(size_t size)
{
	return take_plain("malloc", size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return take_zeroed("calloc", count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
	return reallocate("realloc", block, size);
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return fail(ENOMEM);
	return reallocate("reallocarray", block, bytes);
}

void __wrap_free(void *block)
{
	give_back("free", block);
}

void __wrap_cfree(void *block)
{
	give_back("cfree", block);
}

void __wrap_free_sized(void *block, size_t size)
{
	(void)size;
	give_back("free_sized", block);
}

void __wrap_free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	give_back("free_aligned_sized", block);
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size)
{
	void *block;

	if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0)
		return EINVAL;
	block = take_aligned("posix_memalign", alignment, size);
	if (block == NULL)
		return ENOMEM;
	*out = block;
	return 0;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	if (!is_power_of_two(alignment))
		return fail(EINVAL);
	return take_aligned("aligned_alloc", alignment, size);
}

/* wasi-libc has no memalign(), valloc() and pvalloc(), so these serve them by themselves. */
void *__wrap_memalign(size_t alignment, size_t size)
{
	size_t power = sizeof(void *);

	if (alignment > SIZE_MAX / 2 + 1)
		return fail(EINVAL);
	while (power < alignment)
		power <<= 1;
	return take_aligned("memalign", power, size);
}

void *__wrap_valloc(size_t size)
{
	return take_aligned("valloc", PAGE, size);
}

void *__wrap_pvalloc(size_t size)
{
	size_t bytes;

	if (__builtin_add_overflow(size, PAGE - 1, &bytes))
		return fail(ENOMEM);
	return take_aligned("pvalloc", PAGE, bytes / PAGE * PAGE);
}

size_t __wrap_malloc_usable_size(void *block)
{
	if (is_probe() || block == NULL)
		return 0;
	return __real_malloc_usable_size(block);
}

/* wasi-libc's second names, which newlocale() uses. Reports use the first names. */
void *__wrap___libc_malloc(size_t size)
{
	return take_plain("malloc", size);
}

void *__wrap___libc_calloc(size_t count, size_t size)
{
	return take_zeroed("calloc", count, size);
}

void __wrap___libc_free(void *block)
{
	give_back("free", block);
}

/* ---- the memory itself ----------------------------------------------------------------------- */

/* Growth for a request that is being served is part of it; any other growth is a request. */
void *__wrap_sbrk(intptr_t increment)
{
	const struct pl_request request = {.function = "sbrk", .size = (size_t)increment};
	void *start;

	if (increment == 0) {
		is_probe();
		return __real_sbrk(0);
	}
	if (pl_guard.serving == 0 && !pl_guard_passes(&request)) {
		errno = ENOMEM;
		return (void *)-1; /* NOLINT(performance-no-int-to-ptr): sbrk()'s failure */
	}
	start = __real_sbrk(increment);
	if ((intptr_t)start == -1)
		return start;
	pl_guard.memory.grown_bytes += (uint64_t)increment;
	if (pl_guard.phase != PHASELOCK_INIT)
		pl_guard.memory.locked_grown_bytes += (uint64_t)increment;
	return start;
}

/* ---- the link -------------------------------------------------------------------------------- */

/*
 * The linker silently drops unused functions, also if names that they use are missing. So every
 * function that forbids something refers to all of these, and thereby to each __real_ name that
 * libc has.
 */
void pl_entries_need_link(void)
{
	static const struct {
		void *(*malloc)(size_t size);
		void *(*calloc)(size_t count, size_t size);
		void *(*realloc)(void *block, size_t size);
		void *(*aligned_alloc)(size_t alignment, size_t size);
		void (*free)(void *block);
		size_t (*malloc_usable_size)(void *block);
		void *(*sbrk)(intptr_t increment);
		int (*posix_memalign)(void **out, size_t alignment, size_t size);
		void *(*reallocarray)(void *block, size_t count, size_t size);
		void *(*libc_malloc)(size_t size);
		void *(*libc_calloc)(size_t count, size_t size);
		void (*libc_free)(void *block);
	} needed = {
		__wrap_malloc,	      __wrap_calloc,	     __wrap_realloc,
		__wrap_aligned_alloc, __wrap_free,	     __wrap_malloc_usable_size,
		__wrap_sbrk,	      __real_posix_memalign, __real_reallocarray,
		__real___libc_malloc, __real___libc_calloc,  __real___libc_free,
	};

	__asm__ volatile("" : : "r"(&needed));
}
