/* SPDX-License-Identifier: MIT */
/*
 * The words that the hot path writes in each thread's memory, and the few instructions that write
 * them. It must not know what a record or a request is.
 *
 * A word is open if its sign bit is set; its other bits then hold a count. Otherwise it is closed,
 * as fresh zeroed memory is, and its value means nothing. The sign of the sum says which it was, so
 * one instruction both counts a request and asks whether it may pass. Each thread has its own
 * words, closed until its gate opens, and further words that are always closed. The phase word
 * holds a place, which says which of these words a request adds to.
 */
#ifndef PL_HOT_H
#define PL_HOT_H

#include "common/base.h"
#include "thread/counter.h"

#define PL_HOT_OPEN ((uint64_t)1 << 63)

/* Written only by the thread that owns this memory. */
struct pl_hot_words {
	pl_counter allocations;	    /* has a sign */
	pl_counter bytes_requested; /* added to only behind an open word */
	pl_counter deallocations;   /* has a sign */
};

struct pl_hot {
	_Alignas(64) struct pl_hot_words own;
	uint64_t closed[5]; /* struct pl_hot_words at three places, one word apart */
};

/* Defined by gate.c. Initial-exec, like all TLS of the library: other models may call malloc. */
extern PL_HIDDEN _Thread_local struct pl_hot pl_hot;

_Static_assert(sizeof(struct pl_hot) == 64, "one cache line");
_Static_assert(offsetof(struct pl_hot_words, bytes_requested) == 8 &&
		       offsetof(struct pl_hot_words, deallocations) == 16,
	       "the assembly below has these numbers");

/*
 * A place says where words are. If the dynamic linker can store it before any code runs
 * (phase_shared.c, phase_linked.c), it is their distance from the thread pointer. Elsewhere it is
 * their distance from pl_hot, so that zero is the place of the thread's own words (phase_zero.c).
 */
/* MACHINE: musl uses the other branch; arm64 is not built. */
#if defined(__x86_64__) && defined(__GLIBC__)
#define PL_HOT_AT(offset, place) "%%fs:" #offset "(" place ")"

/* Returns the place of a thread's own words, which is the same for all threads. */
static inline uintptr_t pl_hot_own_place(void)
{
	uintptr_t place;

	__asm__("movq pl_hot@gottpoff(%%rip), %0" : "=r"(place));
	return place;
}

static inline uintptr_t pl_hot_address(uintptr_t place)
{
	return place;
}
#else
#define PL_HOT_AT(offset, place) #offset "(" place ")"

static inline uintptr_t pl_hot_own_place(void)
{
	return 0;
}

static inline uintptr_t pl_hot_address(uintptr_t place)
{
	return (uintptr_t)&pl_hot + place;
}
#endif

/*
 * Each counts one request in the words at a place, or returns false, with nothing counted, if they
 * are closed. On x86-64 the counting is one instruction: a signal handler runs before it, or after
 * it and sees its whole effect.
 */
/* MACHINE: the other branch is not built. */
#if defined(__x86_64__)
PL_INLINE bool pl_hot_allocate(uintptr_t place, size_t size)
{
	uintptr_t words = pl_hot_address(place);

	__asm__ goto("incq " PL_HOT_AT(0, "%0") "\n\tjns %l[closed]"
		     :
		     : "r"(words)
		     : "cc", "memory"
		     : closed);
	__asm__ volatile("addq %1, " PL_HOT_AT(8, "%0")
			 :
			 : "r"(words), "er"(size)
			 : "cc", "memory");
	return true;
closed:
	return false;
}

/* Does not count NULL, and needs no branch for it: the comparison borrows only for NULL. */
PL_INLINE bool pl_hot_release(uintptr_t place, const void *block)
{
	uintptr_t words = pl_hot_address(place);

	__asm__ goto("cmpq $1, %1\n\tsbbq $-1, " PL_HOT_AT(16, "%0") "\n\tjns %l[closed]"
		     :
		     : "r"(words), "r"(block)
		     : "cc", "memory"
		     : closed);
	return true;
closed:
	return false;
}
#else
static inline bool pl_hot_add(pl_counter *word, uint64_t n)
{
	return ((atomic_fetch_add_explicit(word, n, memory_order_relaxed) + n) & PL_HOT_OPEN) != 0;
}

static inline bool pl_hot_allocate(uintptr_t place, size_t size)
{
	struct pl_hot_words *words = (struct pl_hot_words *)pl_hot_address(place);

	if (!pl_hot_add(&words->allocations, 1))
		return false;
	pl_counter_add(&words->bytes_requested, size);
	return true;
}

static inline bool pl_hot_release(uintptr_t place, const void *block)
{
	struct pl_hot_words *words = (struct pl_hot_words *)pl_hot_address(place);

	return pl_hot_add(&words->deallocations, block != NULL);
}
#endif

#endif
