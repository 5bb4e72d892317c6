/* SPDX-License-Identifier: MIT */
/*
 * The only writer of the gate and of the state that decides it. It must not know what a request or
 * a violation is.
 */
#include "thread/gate.h"

_Thread_local struct pl_hot pl_hot;

/*
 * True in the image that fills the memory, so it is false before. Volatile: a compiler must not
 * assume its value.
 */
static _Thread_local volatile bool is_filled = true;

_Static_assert(PHASELOCK_SCOPE_DEPTH_MAX == 63, "a bit each in a word, and one above them");

enum pl_scope pl_gate_scope(const struct pl_thread *thread)
{
	if (thread->scopes <= 1)
		return PL_SCOPE_NONE;
	return (thread->scopes & 1) != 0 ? PL_SCOPE_FORBID : PL_SCOPE_PERMIT;
}

/* Replaces a value unless a handler has changed it in between. */
static bool replace(pl_counter *counter, uint64_t before, uint64_t after)
{
	return atomic_compare_exchange_strong_explicit(counter, &before, after,
						       memory_order_release, memory_order_relaxed);
}

/*
 * Moves a count to the record, where readers look for it once the word is closed. A handler that
 * counts in between, or sets the gate itself, changes the word or the record; then both are read
 * again.
 */
static void close_word(pl_counter *word, pl_counter *kept)
{
	uint64_t before, count;

	do {
		before = pl_counter_read(kept);
		count = pl_counter_read(word);
		if ((count & PL_HOT_OPEN) == 0)
			return;
	} while (!replace(kept, before, count & ~PL_HOT_OPEN) ||
		 !replace(word, count, count & ~PL_HOT_OPEN));
}

/*
 * Moves the count back. A handler that counts in the record in between has tried the closed word
 * first, which changed it; then both are read again.
 */
static void open_word(pl_counter *word, const pl_counter *kept)
{
	uint64_t count;

	do {
		count = pl_counter_read(word);
		if ((count & PL_HOT_OPEN) != 0)
			return;
	} while (!replace(word, count, PL_HOT_OPEN | pl_counter_read(kept)));
}

static bool is_to_be_open(const struct pl_thread *thread)
{
	return pl_gate_scope(thread) != PL_SCOPE_FORBID && !pl_gate_is_probing(thread) &&
	       !thread->exiting && !thread->counting && !thread->holding && thread->watch == NULL &&
	       is_filled;
}

bool pl_gate_memory_stays(void)
{
	return is_filled;
}

void pl_gate_set(struct pl_thread *thread)
{
	/* First the state, then the gate: a handler in between sets the gate by this state. */
	atomic_signal_fence(memory_order_seq_cst);
	if (is_to_be_open(thread)) {
		open_word(&pl_hot.own.allocations, &thread->allocations);
		open_word(&pl_hot.own.deallocations, &thread->deallocations);
	} else {
		close_word(&pl_hot.own.allocations, &thread->allocations);
		close_word(&pl_hot.own.deallocations, &thread->deallocations);
	}
}

uint64_t pl_gate_count(const pl_counter *word, const pl_counter *kept)
{
	uint64_t count = atomic_load_explicit(word, memory_order_acquire);

	return (count & PL_HOT_OPEN) != 0 ? count & ~PL_HOT_OPEN : pl_counter_read(kept);
}

/* The number of open scopes: the position of the bit above the outermost. */
static unsigned depth(const struct pl_thread *thread)
{
	return thread->scopes <= 1 ? 0 : 63u - (unsigned)__builtin_clzll(thread->scopes);
}

const void *pl_gate_scope_place(const struct pl_thread *thread)
{
	unsigned open = depth(thread);

	return open >= 1 && open <= PL_SCOPE_PLACES ? thread->scope_places[open - 1] : NULL;
}

bool pl_gate_scope_begin(struct pl_thread *thread, enum pl_scope scope, const void *place)
{
	uint64_t scopes = thread->scopes == 0 ? 1 : thread->scopes;

	if (scopes >> PHASELOCK_SCOPE_DEPTH_MAX != 0)
		return false;
	thread->scopes = scopes << 1 | (scope == PL_SCOPE_FORBID);
	atomic_signal_fence(memory_order_seq_cst); /* a handler in between nests inside it */
	if (depth(thread) <= PL_SCOPE_PLACES)
		thread->scope_places[depth(thread) - 1] = place;
	pl_gate_set(thread);
	return true;
}

bool pl_gate_scope_end(struct pl_thread *thread, enum pl_scope scope)
{
	if (pl_gate_scope(thread) != scope)
		return false;
	thread->scopes >>= 1;
	pl_gate_set(thread);
	return true;
}

/* What one such scope adds to own_scopes. No stray write makes such a number by chance. */
#define OWN UINT64_C(0x5ea1ed0f1ace)

bool pl_gate_own_begin(struct pl_thread *thread)
{
	if (!pl_gate_scope_begin(thread, PL_SCOPE_PERMIT, NULL))
		return false;
	thread->own_scopes += OWN;
	return true;
}

void pl_gate_own_end(struct pl_thread *thread)
{
	thread->own_scopes -= OWN;
	pl_gate_scope_end(thread, PL_SCOPE_PERMIT);
}

bool pl_gate_is_own(const struct pl_thread *thread)
{
	return thread->own_scopes != 0 && thread->own_scopes % OWN == 0;
}

void pl_gate_watch(struct pl_thread *thread, struct phaselock_watch *watch)
{
	thread->watch = watch;
	pl_gate_set(thread);
}

bool pl_gate_stay_closed(struct pl_thread *thread, bool on)
{
	bool before = thread->counting;

	thread->counting = on;
	pl_gate_set(thread);
	return before;
}

void pl_gate_probe(struct pl_thread *thread, bool on)
{
	thread->probing = on ? PL_GATE_PROBING : 0;
	pl_gate_set(thread);
}
