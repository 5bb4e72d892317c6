/* SPDX-License-Identifier: MIT */
/*
 * The backend over jemalloc, whose names make has turned into je_*. pl_backend_malloc and
 * pl_backend_free are je_malloc and je_free under a second name that the linker gives them.
 */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <sys/mman.h>

/* The distribution's header declares the plain names; these are what make turns them into. */
extern void *je_calloc(size_t count, size_t size);
extern void *je_memalign(size_t alignment, size_t size);
extern void *je_realloc(void *block, size_t size);
extern size_t je_malloc_usable_size(void *block);
extern int je_mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

/*
 * Read by jemalloc at its start; MALLOC_CONF of the environment still comes after it.
 * tcache_gc_incr_bytes: a thread's cache is looked over sixteen times more rarely than by default.
 */
extern const char *je_malloc_conf;
const char *je_malloc_conf = "tcache_gc_incr_bytes:1048576";

void *pl_backend_calloc(size_t size)
{
	return je_calloc(1, size);
}

void *pl_backend_aligned(size_t alignment, size_t size)
{
	return je_memalign(alignment, size);
}

void *pl_backend_realloc(void *block, size_t size)
{
	return je_realloc(block, size);
}

size_t pl_backend_usable_size(const void *block)
{
	return je_malloc_usable_size((void *)(uintptr_t)block);
}

void pl_backend_thread_bytes(struct pl_backend_bytes *bytes)
{
	size_t size = sizeof(uint64_t *);

	/* With statistics compiled in, as they are in the distribution's package, neither can fail.
	 */
	je_mallctl("thread.allocatedp", (void *)&bytes->allocated, &size, NULL, 0);
	je_mallctl("thread.deallocatedp", (void *)&bytes->deallocated, &size, NULL, 0);
}

/*
 * What jemalloc calls in place of the kernel's functions of these names (lib/jemalloc.syms): free()
 * keeps errno, and a block that goes back may take pages with it.
 */
void *pl_jemalloc_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset);
int pl_jemalloc_munmap(void *address, size_t size);
int pl_jemalloc_madvise(void *address, size_t size, int advice);
int pl_jemalloc_mprotect(void *address, size_t size, int rights);

void *pl_jemalloc_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset)
{
	int saved = errno;
	void *memory = mmap(address, size, rights, flags, fd, offset);

	errno = saved;
	return memory;
}

int pl_jemalloc_munmap(void *address, size_t size)
{
	int saved = errno;
	int result = munmap(address, size);

	errno = saved;
	return result;
}

int pl_jemalloc_madvise(void *address, size_t size, int advice)
{
	int saved = errno;
	int result = madvise(address, size, advice);

	errno = saved;
	return result;
}

int pl_jemalloc_mprotect(void *address, size_t size, int rights)
{
	int saved = errno;
	int result = mprotect(address, size, rights);

	errno = saved;
	return result;
}
