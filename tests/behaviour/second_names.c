/* SPDX-License-Identifier: MIT */
/*
 * glibc's second names for the malloc family come to the library: either kind can free the blocks
 * of the other. While locked each is a violation, reported under the first name.
 *
 * shows: PL-101
 * run: {self} {name}
 * each: name=first malloc=malloc(48) calloc=calloc(48) realloc=realloc(48) "memalign=memalign(48,
 *     alignment 64)" "valloc=valloc(48, alignment 4096)" "pvalloc=pvalloc(4096, alignment 4096)"
 * environment: PHASELOCK_OPTIONS=policy=deny
 * exit: 0
 * stderr:
 * | phaselock: violation: {first} while allocations are locked
 * |   thread {number} "second_names", 1st time at this site
 * |     #0 {any}call_{name}+{hex} ({any}+{hex})
 * | {details}
 * | phaselock: denied (policy=deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   1 x {name}  {any}
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a second_names.c gcc -static
 * backend: jemalloc
 * exit: 2
 * stdout:
 * | one allocator
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <stdlib.h>

/* Exported by libc, declared nowhere. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void *__libc_valloc(size_t size);
extern void *__libc_pvalloc(size_t size);

/* More than a jump, so that there is a frame. */
#define CALL(name, expression)                                                                     \
	void *call_##name(void);                                                                   \
	FRAME void *call_##name(void)                                                              \
	{                                                                                          \
		void *volatile block = expression;                                                 \
		return block;                                                                      \
	}

CALL(malloc, __libc_malloc(48))
CALL(calloc, __libc_calloc(6, 8))
CALL(realloc, __libc_realloc(NULL, 48))
CALL(memalign, __libc_memalign(64, 48))
CALL(valloc, __libc_valloc(48))
CALL(pvalloc, __libc_pvalloc(48))

static const struct {
	const char *name;
	void *(*call)(void);
} members[] = {
	{"malloc", call_malloc},     {"calloc", call_calloc}, {"realloc", call_realloc},
	{"memalign", call_memalign}, {"valloc", call_valloc}, {"pvalloc", call_pvalloc},
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

int main(int argc, char **argv)
{
	struct phaselock_stats begin, did;
	size_t which = MEMBERS;

	require_armed();
	begin = thread_stats();
	for (size_t i = 0; i < MEMBERS; i++) {
		free(members[i].call());
		__libc_free(members[i].call());
		if (argc > 1 && strcmp(argv[1], members[i].name) == 0)
			which = i;
	}
	__libc_free(opaque(malloc(48)));
	did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 2 * MEMBERS + 1);
	CHECK_EQUAL(did.deallocations, 2 * MEMBERS + 1);
	if (which == MEMBERS)
		return 2;
	lock_allocations();
	errno = 0;
	CHECK(members[which].call() == NULL);
	CHECK_EQUAL(errno, ENOMEM);
	return 0;
}
