/* SPDX-License-Identifier: MIT */
/*
 * The words that the hot path writes, in the memory of each thread, and the few instructions that
 * write them. It must not know what a record or a request is.
 *
 * A word whose sign bit is set is open, and holds a count in its other bits. Any other is closed,
 * the zero of fresh memory too, and what it holds means nothing. Who adds to a word finds which it
 * is by the sign of the sum, so a request counts itself and asks whether it may pass by one
 * instruction. Each thread has words of its own, closed until its gate opens, and words that are
 * always closed; a place, which the phase word holds, says which of them are added to.
 */
#ifndef PL_HOT_H
#define PL_HOT_H

#include "common/base.h"
#include "thread/counter.h"

#define PL_HOT_OPEN ((uint64_t)1 << 63)

/* Of the owner of this memory; written by it alone. */
struct pl_hot_words {
	pl_counter allocations;	    /* has a sign */
	pl_counter bytes_requested; /* added to only behind an open word */
	pl_counter deallocations;   /* has a sign */
};

struct pl_hot {
	_Alignas(64) struct pl_hot_words own;
	uint64_t closed[5]; /* struct pl_hot_words at three places, one word apart */
};

/* Defined by gate.c. Initial-exec like all of the library's TLS: other accesses may call malloc. */
extern PL_HIDDEN _Thread_local struct pl_hot pl_hot;

_Static_assert(sizeof(struct pl_hot) == 64, "one cache line");
_Static_assert(offsetof(struct pl_hot_words, bytes_requested) == 8 &&
		       offsetof(struct pl_hot_words, deallocations) == 16,
	       "the assembly below has these numbers");

/*
 * A place is the distance of the words from the thread pointer where the dynamic linker can store
 * that in a variable before any code runs (phase_shared.c, phase_linked.c); else their distance
 * from pl_hot, so that zeroed memory is the place of one's own words (phase_zero.c).
 */
/* MACHINE: musl has the other branch; arm64 is not built. */
#if defined(__x86_64__) && defined(__GLIBC__)
#define PL_HOT_AT(offset, place) "%%fs:" #offset "(" place ")"

/* Returns the place of the thread's own words, the same for all threads. */
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
 * Both count one request in the words at a place. They return false if those are closed, and then
 * have counted nothing. On x86-64 a signal handler comes before or after the instruction that
 * counts, and sees its whole effect.
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

/* NULL is not counted, without a branch: the comparison borrows exactly for it. */
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
