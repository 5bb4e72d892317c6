/* SPDX-License-Identifier: MIT */
/*
 * The backend over the process's allocator, with a double of dlsym() that allocates while it looks,
 * as the real one may. The arena that serves these requests is aligned, bounded and checked for
 * overflow, and its blocks are recognized by their address for ever. This file includes the source
 * itself, and resets its state before each test.
 *
 * shows: PL-086 PL-602
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include <dlfcn.h>
#define dlsym fake_dlsym
static void *fake_dlsym(void *handle, const char *name);
#include "backend/backend_system.c"
#undef dlsym

/*
 * ---- the next allocator, and what the dynamic linker asks for while it looks for it -------------
 */

static struct {
	unsigned malloc, free, realloc, usable_size; /* calls */
	void *freed;
	bool usable_size_allocates;
	bool realloc_keeps;  /* a block of 0 bytes */
	const char *aligned; /* the function that was called last, and with what */
	size_t alignment;
} fake;

#define SIZE_THAT_FAILS 4711

static unsigned shortages; /* that the backend told of */

void pl_shortage(void)
{
	shortages++;
}

static void (*while_looking)(void); /* NULL: nothing */
static unsigned looks;

static void *fake_malloc(size_t size)
{
	fake.malloc++;
	return size == SIZE_THAT_FAILS ? NULL : calloc(1, size + 16);
}

static void fake_free(void *block)
{
	fake.free++;
	fake.freed = block;
	free(block);
}

static void *fake_calloc(size_t count, size_t size)
{
	return fake_malloc(count * size);
}

static void *fake_realloc(void *block, size_t size)
{
	fake.realloc++;
	return realloc(block, size == 0 && fake.realloc_keeps ? 1 : size);
}

static int fake_posix_memalign(void **block, size_t alignment, size_t size)
{
	fake.aligned = "posix_memalign";
	fake.alignment = alignment;
	/* A sanitizer's own ends the program at an invalid alignment. */
	if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
		return EINVAL;
	return posix_memalign(block, alignment, size);
}

/* Later calls fail, with an error of their own. */
static void *refuse(const char *function, size_t alignment)
{
	fake.aligned = function;
	fake.alignment = alignment;
	errno = EDOM;
	return NULL;
}

static void *fake_aligned_alloc(size_t alignment, size_t size)
{
	(void)size;
	return refuse("aligned_alloc", alignment);
}

static void *fake_memalign(size_t alignment, size_t size)
{
	(void)size;
	return refuse("memalign", alignment);
}

static void *fake_valloc(size_t size)
{
	(void)size;
	return refuse("valloc", 0);
}

static void *fake_pvalloc(size_t size)
{
	(void)size;
	return refuse("pvalloc", 0);
}

static size_t fake_usable_size(void *block)
{
	fake.usable_size++;
	if (fake.usable_size_allocates) /* as tcmalloc's first one does, by operator new */
		assert_true(in_arena(pl_backend_malloc(8)));
	fake.usable_size_allocates = false;
	return block != NULL ? 10 : 0;
}

static void *fake_dlsym(void *handle, const char *name)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} functions[] = {
		{"malloc", (void (*)(void))fake_malloc},
		{"free", (void (*)(void))fake_free},
		{"calloc", (void (*)(void))fake_calloc},
		{"realloc", (void (*)(void))fake_realloc},
		{"posix_memalign", (void (*)(void))fake_posix_memalign},
		{"aligned_alloc", (void (*)(void))fake_aligned_alloc},
		{"memalign", (void (*)(void))fake_memalign},
		{"valloc", (void (*)(void))fake_valloc},
		{"pvalloc", (void (*)(void))fake_pvalloc},
		{"malloc_usable_size", (void (*)(void))fake_usable_size},
	};

	assert_ptr_equal(handle, RTLD_NEXT);
	looks++;
	if (while_looking != NULL)
		while_looking();
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return *(void *const *)&functions[i].function;
	fail_msg("dlsym(%s)", name);
	return NULL;
}

static int forget(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	memset(arena, 0, sizeof(arena));
	memset(&bytes_of_thread, 0, sizeof(bytes_of_thread));
	atomic_store(&arena_used, 0);
	atomic_store(&found, false);
	looking = false;
	looks = 0;
	while_looking = NULL;
	return 0;
}

/*
 * ---- the arena ----------------------------------------------------------------------------------
 */

static void arena_blocks_are_aligned_zeroed_and_apart(void **state)
{
	uintptr_t end = (uintptr_t)arena;

	(void)state;
	for (size_t alignment = 0; alignment <= 4096;
	     alignment = alignment == 0 ? 1 : alignment * 2) {
		for (size_t size = 0; size < 40; size += 13) {
			char *block = arena_take(alignment, size);

			assert_non_null(block);
			assert_true(in_arena(block));
			assert_int_equal((uintptr_t)block % ARENA_ALIGNMENT, 0);
			assert_int_equal((uintptr_t)block % (alignment > 0 ? alignment : 1), 0);
			assert_true((uintptr_t)block >= end + sizeof(struct arena_head));
			for (size_t i = 0; i < size; i++)
				assert_int_equal(block[i], 0);
			assert_true(pl_backend_usable_size(block) >= size);
			memset(block, 0xff, size);
			end = (uintptr_t)block + size;
		}
	}
	assert_true(end <= (uintptr_t)arena + ARENA_SIZE);
}

static void arena_ends_with_null_and_not_beyond(void **state)
{
	unsigned blocks = 0;
	char *block;

	(void)state;
	while ((block = arena_take(0, 1000)) != NULL) {
		assert_true(in_arena(block + 999));
		memset(block, 1, 1000);
		blocks++;
	}
	assert_int_equal(blocks, ARENA_SIZE / (sizeof(struct arena_head) + 1008));
	for (unsigned i = 0; i < 100000; i++)
		assert_null(arena_take(0, 1000));
}

static void arena_refuses_sizes_that_overflow(void **state)
{
	static const size_t sizes[] = {SIZE_MAX,     SIZE_MAX - 15, SIZE_MAX - 32,
				       SIZE_MAX / 2, ARENA_SIZE,    ARENA_SIZE - 15};

	(void)state;
	EACH_ROW(i, sizes) {
		assert_null(arena_take(0, sizes[i]));
		forget(NULL);
	}
	assert_null(arena_take((size_t)1 << 63, 1));
	assert_null(arena_take(ARENA_SIZE, 1));
	forget(NULL);
	assert_non_null(arena_take(0, ARENA_SIZE - sizeof(struct arena_head)));
}

/* An empty block behind the last byte would be taken for one of the next allocator. */
static void empty_block_at_the_end_is_known(void **state)
{
	void *block;

	(void)state;
	assert_non_null(arena_take(0, ARENA_SIZE - 3 * sizeof(struct arena_head)));
	block = arena_take(0, 0);
	assert_true(block == NULL || in_arena(block));
	block = arena_take(0, 0);
	assert_true(block == NULL || in_arena(block));
}

/*
 * ---- the backend over it ------------------------------------------------------------------------
 */

static void *early[3];

static void ask_for_memory(void)
{
	if (early[0] != NULL)
		return;
	early[0] = pl_backend_malloc(100);
	early[1] = pl_backend_calloc(200);
	early[2] = pl_backend_aligned(PL_MEMALIGN, 64, 300);
}

static void request_while_looking_is_served_by_the_arena(void **state)
{
	void *block;

	(void)state;
	memset(early, 0, sizeof(early));
	while_looking = ask_for_memory;
	block = pl_backend_malloc(10);
	assert_int_equal(looks, 10);
	assert_int_equal(fake.malloc, 2); /* the one asked for, and the one that is tried */
	assert_false(in_arena(block));
	for (size_t i = 0; i < 3; i++)
		assert_true(in_arena(early[i]));
	assert_int_equal((uintptr_t)early[2] % 64, 0);
	assert_int_equal(bytes_of_thread.allocated, 100 + 200 + 300 + 10);
	pl_backend_free(block);
	assert_ptr_equal(fake.freed, block);
	pl_backend_free(pl_backend_malloc(10));
	assert_int_equal(looks, 10);
}

static void arena_block_is_known_for_ever(void **state)
{
	char *block, *moved;

	(void)state;
	memset(early, 0, sizeof(early));
	while_looking = ask_for_memory;
	free(pl_backend_malloc(10));
	memset(early[0], 7, 100);
	fake.free = 0;
	fake.realloc = 0;
	fake.usable_size = 0;
	assert_int_equal(pl_backend_usable_size(early[0]), 100);
	assert_int_equal(fake.usable_size, 0);
	moved = pl_backend_realloc(early[0], 1000);
	assert_false(in_arena(moved));
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(moved[i], 7);
	block = pl_backend_realloc(early[1], 1);
	assert_false(in_arena(block));
	pl_backend_free(early[2]);
	assert_int_equal(fake.free + fake.realloc, 0);
	pl_backend_free(moved);
	pl_backend_free(block);
	assert_int_equal(fake.free, 2);
}

static void allocator_may_allocate_in_its_first_usable_size(void **state)
{
	void *block;

	(void)state;
	fake.usable_size_allocates = true;
	block = pl_backend_malloc(10);
	assert_false(in_arena(block));
	assert_int_equal(bytes_of_thread.allocated, 8 + 10);
	pl_backend_free(block);
}

static void free_keeps_errno_and_ignores_null(void **state)
{
	void *block = pl_backend_malloc(10);

	(void)state;
	fake.free = 0;
	errno = 77;
	pl_backend_free(NULL);
	assert_int_equal(fake.free, 0);
	pl_backend_free(block);
	assert_int_equal(fake.free, 1);
	assert_int_equal(errno, 77);
}

static void malloc_that_fails_is_told_as_a_shortage(void **state)
{
	(void)state;
	shortages = 0;
	pl_backend_free(pl_backend_malloc(10));
	assert_int_equal(shortages, 0);
	assert_null(pl_backend_malloc(SIZE_THAT_FAILS));
	assert_int_equal(shortages, 1);
}

/* The function that was called, with the arguments that it was called with, and its own error. */
static void aligned_requests_are_passed_on_as_they_are(void **state)
{
	static const struct {
		enum pl_aligned function;
		const char *called;
		size_t alignment;
		int error;
	} calls[] = {
		{PL_POSIX_MEMALIGN, "posix_memalign", 4, EINVAL},
		{PL_POSIX_MEMALIGN, "posix_memalign", 24, EINVAL},
		{PL_ALIGNED_ALLOC, "aligned_alloc", 24, EDOM},
		{PL_ALIGNED_ALLOC, "aligned_alloc", 64, EDOM},
		{PL_MEMALIGN, "memalign", 0, EDOM},
		{PL_MEMALIGN, "memalign", SIZE_MAX, EDOM},
		{PL_VALLOC, "valloc", 0, EDOM},
		{PL_PVALLOC, "pvalloc", 0, EDOM},
	};

	(void)state;
	pl_backend_free(pl_backend_malloc(10));
	EACH_ROW(i, calls) {
		errno = 0;
		assert_null(pl_backend_aligned(calls[i].function, calls[i].alignment, 100));
		assert_int_equal(errno, calls[i].error);
		assert_string_equal(fake.aligned, calls[i].called);
		assert_int_equal(fake.alignment, calls[i].alignment);
	}
	assert_null(pl_backend_aligned(PL_NEW, 64, 100));
	assert_string_equal(fake.aligned, "aligned_alloc");
	fake.aligned = NULL;
	assert_null(
		pl_backend_aligned(PL_NEW, 64, SIZE_MAX - 62)); /* no whole number of 64 bytes */
	assert_null(pl_backend_aligned(PL_NEW, 24, 100)); /* the C++ library never asks for that */
	assert_null(fake.aligned);
}

static void realloc_to_nothing_is_what_the_allocator_makes_of_it(void **state)
{
	void *block;

	(void)state;
	pl_backend_free(pl_backend_malloc(10));
	assert_true(pl_backend_realloc_frees());
	forget(state);
	fake.realloc_keeps = true;
	block = pl_backend_malloc(10);
	assert_false(pl_backend_realloc_frees());
	block = pl_backend_realloc(block, 0);
	assert_non_null(block);
	pl_backend_free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(arena_blocks_are_aligned_zeroed_and_apart, forget),
		cmocka_unit_test_setup(arena_ends_with_null_and_not_beyond, forget),
		cmocka_unit_test_setup(arena_refuses_sizes_that_overflow, forget),
		cmocka_unit_test_setup(empty_block_at_the_end_is_known, forget),
		cmocka_unit_test_setup(request_while_looking_is_served_by_the_arena, forget),
		cmocka_unit_test_setup(arena_block_is_known_for_ever, forget),
		cmocka_unit_test_setup(allocator_may_allocate_in_its_first_usable_size, forget),
		cmocka_unit_test_setup(malloc_that_fails_is_told_as_a_shortage, forget),
		cmocka_unit_test_setup(aligned_requests_are_passed_on_as_they_are, forget),
		cmocka_unit_test_setup(realloc_to_nothing_is_what_the_allocator_makes_of_it,
				       forget),
		cmocka_unit_test_setup(free_keeps_errno_and_ignores_null, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
