/* SPDX-License-Identifier: MIT */
/*
 * Who locked the heap, when and from where. It must not know what a phase is.
 *
 * The entry in force is entries[generation % 2]; the writer fills the other one and then adds one
 * to generation (release, pairs with the acquire of readers). A signal handler that interrupts the
 * writer finds the entry before it whole.
 */
#include "history.h"

#include "names.h"
#include "os.h"
#include "unwind.h"

#include <stdatomic.h>
#include <string.h>

static unsigned frames_taken = 16;

#define WORDS (sizeof(struct pl_history) / sizeof(uint64_t))

_Static_assert(sizeof(struct pl_history) % sizeof(uint64_t) == 0, "copied word by word");

static _Atomic uint64_t generation; /* 0: nothing yet */
static _Atomic uint64_t entries[2][WORDS];

void pl_history_set_frames(unsigned frames)
{
	frames_taken = frames;
}

void pl_history_take(struct pl_history *history, const char *option, const void *caller)
{
	*history = (struct pl_history){
		.time_ns = pl_os_monotonic_ns(),
		.thread_id = pl_os_thread_id(),
		.option = option,
	};
	pl_names_get(history->thread_name);
	history->frame_count = pl_unwind(history->frames, frames_taken, caller);
}

void pl_history_keep(const struct pl_history *history)
{
	uint64_t next = atomic_load_explicit(&generation, memory_order_relaxed) + 1;
	uint64_t words[WORDS];

	memcpy(words, history, sizeof(words));
	/* release: a reader that sees one of these also sees the generation that came before */
	for (size_t i = 0; i < WORDS; i++)
		atomic_store_explicit(&entries[next % 2][i], words[i], memory_order_release);
	atomic_store_explicit(&generation, next, memory_order_release);
}

bool pl_history_last(struct pl_history *out)
{
	uint64_t words[WORDS] = {0};
	uint64_t seen, now;

	do {
		seen = atomic_load_explicit(&generation, memory_order_acquire);
		for (size_t i = 0; i < WORDS; i++)
			words[i] =
				atomic_load_explicit(&entries[seen % 2][i], memory_order_acquire);
		now = atomic_load_explicit(&generation, memory_order_relaxed);
	} while (seen != now);
	memcpy(out, words, sizeof(*out));
	return seen != 0;
}
