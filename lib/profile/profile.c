/* SPDX-License-Identifier: MIT */
/*
 * Counts requests and frees in rows, and keeps the row of each live block. It only orders: the
 * stack is read, then its row is found, then all is counted. It must not know how a request was
 * judged.
 */
#include "profile/profile.h"

#include "common/channel.h"
#include "common/os.h"
#include "profile/call.h"
#include "profile/chunks.h"
#include "profile/context.h"
#include "profile/counts.h"
#include "profile/file.h"
#include "profile/stacks.h"
#include "profile/timeline.h"
#include "profile/totals.h"
#include "record/image.h"
#include "thread/phase.h"

#define FRAMES_WITHOUT_RUN 64
#define MS_BITS 20 /* a birth is kept in units of 2^20 ns, some milliseconds */

struct pl_profile_switch pl_profile_switch;

/* Written while the process has one thread. */
static struct pl_layout *record;
static unsigned frames_kept;
static bool may_ask_later;

/* Row 0 of the process is for all that has no other. */
static struct pl_profile_row *other;

/* ---- rows ------------------------------------------------------------------------------------ */

/* What tells a row from others. */
struct key {
	uint32_t thread;
	uint32_t phase;
	enum pl_profile_function function;
};

static PL_COLD uint32_t make_row(struct pl_profile_context *context, uint64_t hash,
				 const struct pl_call *call, const struct key *key)
{
	uint32_t node = pl_stacks_find(record, call->frames, call->count, call->beyond,
				       call->generation, &context->stack);
	struct pl_profile_row *row;
	uint32_t number;
	size_t more;

	if (node == 0)
		return PL_ROWS_NONE;
	row = pl_chunks_take(PL_PROFILE_ROWS, &number);
	if (row == NULL)
		return PL_ROWS_NONE;
	row->thread = key->thread;
	row->phase = key->phase;
	row->function = key->function;
	atomic_store_explicit(&row->stack, node, memory_order_release);
	more = pl_rows_add(&context->rows, hash, number);
	if (more != SIZE_MAX)
		atomic_fetch_add_explicit(&pl_totals_process->own_bytes, more,
					  memory_order_relaxed);
	return number;
}

PL_INLINE uint32_t find_row(struct pl_profile_context *context, const struct pl_call *call,
			    const struct key *key)
{
	uint64_t hash = pl_call_fold(
		call->hash ^ ((uint64_t)key->thread << 8 | key->function << 1 | key->phase),
		0xe7037ed1a0b428dbu);
	uint32_t number = pl_rows_find(&context->rows, hash);

	if (PL_UNLIKELY(number == PL_ROWS_NONE))
		number = make_row(context, hash, call, key);
	return number;
}

static struct pl_profile_row *row_at(uint32_t number)
{
	return number == 0 ? other : pl_chunks_at(PL_PROFILE_ROWS, number);
}

/* Before a row changes: at the peaks since its last change it was as it is. */
PL_INLINE void settle(struct pl_profile_row *row)
{
	uint64_t turn = pl_totals_read(&pl_totals_process->peak_turn);

	if (PL_LIKELY(row->at_peak_turn == turn))
		return;
	row->at_peak_blocks = row->requests - pl_totals_read(&row->frees);
	row->at_peak_bytes = row->bytes - pl_totals_read(&row->freed_bytes);
	row->at_peak_turn = turn;
}

static unsigned class_of(size_t size)
{
	unsigned bits = size == 0 ? 0 : 64 - (unsigned)__builtin_clzll(size);

	return bits < PL_PROFILE_CLASSES ? bits : PL_PROFILE_CLASSES - 1;
}

PL_INLINE void count_request(struct pl_profile_row *row, uint64_t size, uint64_t now_ns)
{
	uint64_t blocks, bytes;

	settle(row);
	blocks = ++row->requests - pl_totals_read(&row->frees);
	bytes = (row->bytes += size) - pl_totals_read(&row->freed_bytes);
	if (blocks > row->peak_blocks)
		row->peak_blocks = blocks;
	if (bytes > row->peak_bytes)
		row->peak_bytes = bytes;
	if (row->first_ns == 0)
		row->first_ns = now_ns;
	row->last_ns = now_ns;
	row->classes[class_of(size)]++;
}

/* The row that several threads use at once: exact in its sums, not in what they were at peaks. */
static PL_COLD void count_other(uint64_t size, uint64_t now_ns)
{
	pl_profile_add(&pl_totals_process->unplaced, 1, false);
	if (other == NULL)
		return;
	__atomic_fetch_add(&other->requests, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&other->bytes, size, __ATOMIC_RELAXED);
	__atomic_fetch_add(&other->classes[class_of(size)], 1, __ATOMIC_RELAXED);
	__atomic_store_n(&other->last_ns, now_ns, __ATOMIC_RELAXED);
	if (other->first_ns == 0)
		__atomic_store_n(&other->first_ns, now_ns, __ATOMIC_RELAXED);
	atomic_store_explicit(&other->stack, UINT32_MAX, memory_order_release);
}

/* ---- what request/ tells --------------------------------------------------------------------- */

static void remember(const void *address, uint32_t row, uint64_t size, uint64_t now_ns)
{
	const struct pl_block block = {
		.row = row,
		.size = size,
		.birth_ms = (uint32_t)(now_ns >> MS_BITS),
		.birth_request = (uint32_t)pl_totals_read(&pl_totals_process->requests),
	};
	size_t mapped = pl_blocks_put(address, &block);

	if (PL_UNLIKELY(mapped == SIZE_MAX))
		pl_profile_add(&pl_totals_process->blocks_unknown, 1, false);
	else if (PL_UNLIKELY(mapped > 0))
		pl_profile_add(&pl_totals_process->own_bytes, mapped, false);
}

void pl_profile_allocated(struct pl_thread *thread, const char *function, size_t asked,
			  const void *block, const void *caller)
{
	uint64_t size = asked < PL_BLOCK_SIZE_MAX ? asked : PL_BLOCK_SIZE_MAX;
	struct key key = {.phase = pl_phase_is_locked(), .function = pl_call_kind(function)};
	struct pl_profile_context *context;
	uint64_t now_ns = pl_os_coarse_ns();
	uint32_t number = PL_ROWS_NONE;
	struct pl_call call;

	pl_call_read(&call, frames_kept, caller);
	context = pl_context_enter(thread, &key.thread);
	if (context != NULL) {
		number = find_row(context, &call, &key);
		if (number != PL_ROWS_NONE)
			count_request(row_at(number), size, now_ns);
		pl_totals_more(&context->pending, size, now_ns);
		context->last = (uintptr_t)block;
		pl_context_leave(context);
	}
	if (number == PL_ROWS_NONE) {
		count_other(size, now_ns);
		number = 0;
	}
	remember(block, number, size, now_ns);
	pl_timeline_look(now_ns, key.phase != 0);
}

struct pl_profile_held pl_profile_take(const void *block)
{
	struct pl_profile_held held = {.is_known = false};

	held.is_known = pl_blocks_take(block, &held.block);
	return held;
}

void pl_profile_kept(const void *block, const struct pl_profile_held *held)
{
	if (held->is_known && pl_blocks_put(block, &held->block) == SIZE_MAX)
		pl_profile_add(&pl_totals_process->blocks_unknown, 1, false);
}

static void count_free(const struct pl_block *block, bool is_temporary, uint64_t now_ns)
{
	uint32_t ms = (uint32_t)(now_ns >> MS_BITS) - block->birth_ms;
	uint32_t requests =
		(uint32_t)pl_totals_read(&pl_totals_process->requests) - block->birth_request;
	struct pl_profile_row *row = row_at(block->row);
	bool alone = pl_profile_alone();

	if (row == NULL)
		return;
	settle(row);
	pl_profile_add(&row->frees, 1, alone);
	pl_profile_add(&row->freed_bytes, block->size, alone);
	if (PL_UNLIKELY(pl_phase_is_locked())) {
		pl_profile_add(&row->frees_locked, 1, alone);
		pl_profile_add(&row->freed_bytes_locked, block->size, alone);
	}
	if (is_temporary) {
		pl_profile_add(&row->temporary, 1, alone);
		pl_profile_add(&row->temporary_bytes, block->size, alone);
	}
	/* The clock may have gone on between two readings of it, but then not by much. */
	if (ms != 0 && ms < UINT32_MAX / 2)
		pl_profile_add(&row->lifetime_ns, (uint64_t)ms << MS_BITS, alone);
	if (requests < UINT32_MAX / 2)
		pl_profile_add(&row->lifetime_requests, requests, alone);
}

void pl_profile_freed(struct pl_thread *thread, const void *block,
		      const struct pl_profile_held *held)
{
	uint64_t now_ns = pl_os_coarse_ns();
	struct pl_profile_context *context;
	bool is_temporary = false;
	uint32_t number;

	if (!held->is_known)
		pl_profile_add(&pl_totals_process->foreign_frees, 1, false);
	context = pl_context_enter(thread, &number);
	if (context != NULL) {
		is_temporary = context->last == (uintptr_t)block;
		context->last = 0;
		if (held->is_known)
			pl_totals_less(&context->pending, held->block.size, now_ns);
		pl_context_leave(context);
	}
	if (held->is_known)
		count_free(&held->block, is_temporary, now_ns);
	pl_timeline_look(now_ns, pl_phase_is_locked());
}

void pl_profile_phase(void)
{
	if (pl_profile_is_on())
		pl_timeline_look(pl_os_monotonic_ns(), pl_phase_is_locked());
}

/* ---- beginning and end ----------------------------------------------------------------------- */

/* Where it is written, and how many frames of a stack. */
static struct pl_profile *find_place(struct pl_layout **layout, uint64_t *frames)
{
	*layout = pl_profile_file_record();
	*frames = FRAMES_WITHOUT_RUN;
	if (*layout != NULL)
		return pl_profile_file_profile();
	*layout = pl_channel_record();
	if (pl_channel_profile() != NULL)
		*frames = pl_channel()->profile_frames;
	return pl_channel_profile();
}

bool pl_profile_is_wanted(void)
{
	return pl_profile_file_record() != NULL || pl_channel_profile() != NULL;
}

bool pl_profile_begin(bool may_ask)
{
	uint64_t frames;
	struct pl_profile *profile = find_place(&record, &frames);
	uint32_t image = pl_image_number(), number;
	uint64_t now_ns = pl_os_monotonic_ns();

	pl_profile_stop();
	if (profile == NULL || record == NULL || image == 0)
		return false;
	if (!pl_chunks_begin(profile, image - 1, pl_profile_file_record() != NULL) ||
	    !pl_stacks_begin())
		return false;
	pl_blocks_begin();
	pl_context_begin(may_ask);
	pl_totals_begin(pl_chunks_process());
	frames_kept = frames < PL_CALL_FRAMES_MAX ? (unsigned)frames : PL_CALL_FRAMES_MAX;
	pl_totals_process->frames = frames_kept;
	may_ask_later = may_ask;
	other = pl_chunks_take(PL_PROFILE_ROWS, &number);
	pl_timeline_begin(now_ns, pl_phase_is_locked(), may_ask);
	atomic_store_explicit(&pl_totals_process->is_there, 1, memory_order_release);
	pl_os_wipe_on_fork(&pl_profile_switch, sizeof(pl_profile_switch));
	atomic_store_explicit(&pl_profile_switch.is_on, true, memory_order_release);
	return true;
}

void pl_profile_fork_child(void)
{
	if (pl_totals_process != NULL)
		pl_profile_begin(may_ask_later);
}

void pl_profile_stop(void)
{
	atomic_store_explicit(&pl_profile_switch.is_on, false, memory_order_relaxed);
}

void pl_profile_end(struct pl_thread *thread)
{
	struct pl_profile_context *context;
	uint32_t number;

	if (!pl_profile_is_on())
		return;
	context = pl_context_enter(thread, &number);
	if (context == NULL)
		return;
	if (context->pending.operations > 0)
		pl_totals_add(&context->pending, pl_os_monotonic_ns());
	pl_context_leave(context);
}
