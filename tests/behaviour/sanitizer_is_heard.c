/* SPDX-License-Identifier: MIT */
/*
 * A sanitizer keeps its malloc and tells the library of its requests. The test verifies
 * phaselock_armed() and phaselock_heard() while the heap is locked: a call of an armed entry point
 * is a violation, which is named "allocation" if it is only heard of; a call of one that is not
 * armed is none. UndefinedBehaviorSanitizer has no malloc: there all entry points are ours, and
 * none is heard of.
 *
 * shows: PL-110 PL-111
 * needs: gcc clang
 * exit: 0
 * environment: PHASELOCK_OPTIONS=max_reports=0
 * stderr:
 * | {not-armed}
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} "-fsanitize={FLAGS}"
 *     sanitizer_is_heard.c
 * each: CC=FLAGS=NOT_ARMED
 *     "gcc=address="
 *     "gcc=address -static-libasan="
 *     "clang=address="
 *     "clang=address -shared-libsan="
 *     "clang=memory="
 *     "gcc=thread= posix_memalign aligned_alloc memalign valloc pvalloc"
 *     "clang=thread= posix_memalign aligned_alloc memalign valloc pvalloc"
 *     "gcc=leak= realloc reallocarray"
 *     "clang=leak= realloc reallocarray"
 * stdout:
 * | not armed:{NOT_ARMED}
 * | malloc is heard of
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CC} -fsanitize=undefined
 *     sanitizer_is_heard.c
 * each: CC gcc clang
 * stdout:
 * | not armed:
 * | malloc is ours
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <malloc.h>
#include <stdlib.h>

#define SIZE 192
#define ALIGNMENT 64

static const char *volatile told; /* the function of the last violation */

static enum phaselock_verdict keep(const struct phaselock_violation *violation, void *unused)
{
	(void)unused;
	told = violation->function;
	return PHASELOCK_ALLOW;
}

static void *call_posix_memalign(void *old)
{
	void *block = NULL;

	(void)old;
	return posix_memalign(&block, ALIGNMENT, SIZE) == 0 ? block : NULL;
}

#define CALL(name, expression)                                                                     \
	static void *call_##name(void *old)                                                        \
	{                                                                                          \
		(void)old;                                                                         \
		return expression;                                                                 \
	}

CALL(malloc, malloc(SIZE))
CALL(calloc, calloc(1, SIZE))
CALL(realloc, realloc(old, SIZE))
CALL(reallocarray, reallocarray(old, 1, SIZE))
CALL(aligned_alloc, aligned_alloc(ALIGNMENT, SIZE))
CALL(memalign, memalign(ALIGNMENT, SIZE))
CALL(valloc, valloc(SIZE))
CALL(pvalloc, pvalloc(SIZE))

static const struct {
	const char *name;
	enum phaselock_entry entry;
	void *(*call)(void *old);
	bool takes_old;
} members[] = {
	{"malloc", PHASELOCK_ENTRY_MALLOC, call_malloc, false},
	{"calloc", PHASELOCK_ENTRY_CALLOC, call_calloc, false},
	{"realloc", PHASELOCK_ENTRY_REALLOC, call_realloc, true},
	{"reallocarray", PHASELOCK_ENTRY_REALLOCARRAY, call_reallocarray, true},
	{"posix_memalign", PHASELOCK_ENTRY_POSIX_MEMALIGN, call_posix_memalign, false},
	{"aligned_alloc", PHASELOCK_ENTRY_ALIGNED_ALLOC, call_aligned_alloc, false},
	{"memalign", PHASELOCK_ENTRY_MEMALIGN, call_memalign, false},
	{"valloc", PHASELOCK_ENTRY_VALLOC, call_valloc, false},
	{"pvalloc", PHASELOCK_ENTRY_PVALLOC, call_pvalloc, false},
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

/* One call with the heap locked: the library hears of it exactly if the masks say so. */
static void try_member(size_t i, unsigned armed, unsigned heard)
{
	unsigned entry = (unsigned)members[i].entry;
	uint64_t before = get_stats().locked_attempts;
	void *old = members[i].takes_old ? opaque(malloc(16)) : NULL;
	void *block;

	told = "nothing";
	lock_allocations();
	block = opaque(members[i].call(old));
	unlock_allocations();
	CHECK(block != NULL);
	memset(block, 1, SIZE);
	free(block);
	CHECK_EQUAL(get_stats().locked_attempts - before, (armed & entry) != 0);
	if ((armed & entry) == 0)
		CHECK(strcmp(told, "nothing") == 0);
	else if ((heard & entry) != 0)
		CHECK(strcmp(told, "allocation") == 0);
	else
		CHECK(strcmp(told, members[i].name) == 0);
}

int main(void)
{
	unsigned armed = phaselock_armed();
	unsigned heard = phaselock_heard();

	CHECK((heard & ~armed) == 0);
	CHECK((armed & PHASELOCK_ENTRY_MALLOC) != 0);
	CHECK((armed & PHASELOCK_ENTRY_FREE) != 0);
	phaselock_set_handler(keep, NULL);
	for (size_t i = 0; i < MEMBERS; i++)
		try_member(i, armed, heard);
	phaselock_set_handler(NULL, NULL);

	printf("not armed:");
	for (size_t i = 0; i < MEMBERS; i++) {
		if ((armed & (unsigned)members[i].entry) == 0)
			printf(" %s", members[i].name);
		armed |= (unsigned)members[i].entry;
	}
	printf("\nmalloc is %s\n", (heard & PHASELOCK_ENTRY_MALLOC) != 0 ? "heard of" : "ours");
	CHECK_EQUAL(armed, PHASELOCK_ENTRY_ALL); /* all that was not listed above */
	return 0;
}
