/* SPDX-License-Identifier: MIT */
/*
 * Who locked the heap, when and from where. It must not know what a phase is.
 *
 * The call stack is added later and without a lock, in one of several slots. A slot says which
 * generation, that is, which lock, it belongs to.
 */
#include "report/history.h"

#include "common/generation.h"
#include "stack/kept.h"
#include "report/names.h"
#include "common/os.h"
#include "common/settings.h"
#include "stack/unwind.h"

#include <stdatomic.h>
#include <string.h>

/* The call stack is at the end of the struct; these words come before it. */
#define STACK_AT offsetof(struct pl_history, frame_count)
#define WORDS (STACK_AT / sizeof(uint64_t))
#define ENTRY (WORDS + 1) /* plus the caller */

static pl_generation entry[PL_GENERATION_SIZE(ENTRY)]; /* 0: nothing yet */

#define STACK_WORDS (2 + PHASELOCK_FRAMES_MAX)

_Static_assert(STACK_AT % sizeof(uint64_t) == 0 &&
		       sizeof(struct pl_history) == STACK_AT + STACK_WORDS * sizeof(uint64_t),
	       "copied word by word");

/*
 * The child of a fork() loses a slot that another thread was writing: it stays busy for ever. While
 * all slots are busy, the stack of a new lock is not kept.
 */
static struct stack {
	_Atomic bool busy;	     /* set by any thread, which alone writes the rest */
	_Atomic uint64_t generation; /* 0 while written; stored with release, read with acquire */
	_Atomic uint64_t words[STACK_WORDS];
} stacks[8];

#define STACKS (sizeof(stacks) / sizeof(stacks[0]))

void pl_history_set_frames(unsigned frames)
{
	pl_settings.lock_frames = (struct pl_setting){true, frames};
}

void pl_history_take(struct pl_history *history, const char *option, const void *caller)
{
	*history = (struct pl_history){
		.time_ns = pl_os_monotonic_ns(),
		.thread_id = pl_os_thread_id(),
		.option = option,
		.frame_count = 1,
		.end = PL_UNWIND_FULL,
		.frames = {(void *)(uintptr_t)caller},
	};
	pl_names_get(history->thread_name);
}

void pl_history_keep(struct pl_history *history)
{
	uint64_t words[ENTRY];

	history->generation = pl_generation_number(entry) + 1;
	memcpy(words, history, WORDS * sizeof(words[0]));
	words[WORDS] = (uintptr_t)history->frames[0];
	pl_generation_write(entry, words, ENTRY);
}

/* ---- the call stack -------------------------------------------------------------------------- */

static void write_stack(struct stack *stack, const struct pl_history *history)
{
	uint64_t words[STACK_WORDS];

	memcpy(words, (const char *)history + STACK_AT, sizeof(words));
	atomic_store_explicit(&stack->generation, 0, memory_order_relaxed);
	/* release: a reader that sees one of these words also sees the 0 before them */
	for (size_t i = 0; i < STACK_WORDS; i++)
		atomic_store_explicit(&stack->words[i], words[i], memory_order_release);
	atomic_store_explicit(&stack->generation, history->generation, memory_order_release);
}

/* Returns whether the slot held the stack of that lock, whole. */
static bool read_stack(struct stack *stack, struct pl_history *history)
{
	uint64_t words[STACK_WORDS];

	if (atomic_load_explicit(&stack->generation, memory_order_acquire) != history->generation)
		return false;
	for (size_t i = 0; i < STACK_WORDS; i++)
		words[i] = atomic_load_explicit(&stack->words[i], memory_order_acquire);
	if (atomic_load_explicit(&stack->generation, memory_order_relaxed) != history->generation)
		return false;
	memcpy((char *)history + STACK_AT, words, sizeof(words));
	return true;
}

void pl_history_keep_stack(const struct pl_history *history)
{
	for (size_t i = 0; i < STACKS; i++) {
		struct stack *stack = &stacks[(history->generation + i) % STACKS];
		bool is_mine = !atomic_exchange_explicit(&stack->busy, true, memory_order_acquire);

		/* A late writer must not overwrite the stack of a later lock. */
		if (is_mine && atomic_load_explicit(&stack->generation, memory_order_relaxed) <
				       history->generation)
			write_stack(stack, history);
		if (is_mine) {
			atomic_store_explicit(&stack->busy, false, memory_order_release);
			return;
		}
	}
}

void pl_history_complete(const struct pl_history *history, const void *caller)
{
	struct pl_history whole = *history;
	enum pl_unwind_end end;

	if (history->generation == 0)
		return;
	whole.frame_count =
		pl_unwind(whole.frames, pl_setting_or(pl_settings.lock_frames, PL_OPTIONS_FRAMES),
			  caller, &end);
	whole.end = end;
	pl_kept_add(whole.frames, (unsigned)whole.frame_count);
	pl_history_keep_stack(&whole);
}

/* ---- reading --------------------------------------------------------------------------------- */

bool pl_history_last(struct pl_history *out)
{
	uint64_t words[ENTRY] = {0};
	uint64_t seen = pl_generation_read(entry, words, ENTRY);

	memcpy(out, words, WORDS * sizeof(words[0]));
	out->frame_count = 1;
	out->end = PL_UNWIND_FULL;
	out->frames[0] = (void *)words[WORDS];
	for (size_t i = 0; i < STACKS && seen != 0; i++)
		if (read_stack(&stacks[i], out))
			break;
	return seen != 0;
}
