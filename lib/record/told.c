/* SPDX-License-Identifier: MIT */
/*
 * A report as data, in a place of the record that the command gives back. It is complete before the
 * command is called, so that it is there however the process ends. It must not know how it is
 * worded.
 */
#define _GNU_SOURCE
#include "record/told.h"

#include "common/channel.h"
#include "common/os.h"
#include "record/places.h"
#include "report/names.h"
#include "report/sink.h"
#include "stack/kept.h"

#include <string.h>

#define WAIT_MS 1000
#define FUNCTION_MAX 400 /* bytes of a name, as in texts */

/* Whether the last report found no place: the next one then does not wait. Relaxed. */
static _Atomic bool is_full;

/* ---- places ---------------------------------------------------------------------------------- */

static struct pl_layout_report *find_place(struct pl_layout *record, uint64_t order)
{
	for (uint64_t i = 0; i < PL_LAYOUT_REPORTS; i++) {
		struct pl_layout_report *report = &record->reports[(order + i) % PL_LAYOUT_REPORTS];
		uint32_t state = PL_LAYOUT_FREE;

		if (atomic_compare_exchange_strong_explicit(&report->state, &state, PL_LAYOUT_TAKEN,
							    memory_order_acquire,
							    memory_order_relaxed))
			return report;
	}
	return NULL;
}

/* Waits for the command to give a place back, or not, as pl_sink_write() waits. */
static struct pl_layout_report *take_place(struct pl_layout *record, bool is_last)
{
	uint64_t order = atomic_fetch_add_explicit(&record->reports_made, 1, memory_order_relaxed);
	struct pl_layout_report *report = find_place(record, order);
	int patience =
		is_last || !atomic_load_explicit(&is_full, memory_order_relaxed) ? WAIT_MS : 0;

	while (report == NULL && patience-- > 0) {
		pl_os_sleep_ms(1);
		report = find_place(record, order);
	}
	atomic_store_explicit(&is_full, report == NULL, memory_order_relaxed);
	if (report != NULL)
		report->order = order;
	return report;
}

static bool run_is_over(void)
{
	return atomic_load_explicit(&pl_channel()->is_over, memory_order_relaxed) != 0;
}

/* Returns whether the command will tell it. If not, nobody will find it in the record either. */
static bool hand_over(struct pl_layout *record, struct pl_layout_report *report, bool is_last)
{
	uint32_t state = PL_LAYOUT_READY;

	/* release: who sees that it is ready finds it complete */
	atomic_store_explicit(&report->state, PL_LAYOUT_READY, memory_order_release);
	if (pl_sink_call((uint32_t)(report - record->reports),
			 is_last ? PL_SINK_LAST : PL_SINK_WHOLE) &&
	    !run_is_over())
		return true;
	return !atomic_compare_exchange_strong_explicit(&report->state, &state, PL_LAYOUT_FREE,
							memory_order_relaxed, memory_order_relaxed);
}

/* ---- strings --------------------------------------------------------------------------------- */

/* Strings one behind the other; what finds no room is "", and what comes after all of it is not. */
static void put(char **next, const char *end, const char *string, size_t most)
{
	size_t length = string != NULL ? strnlen(string, most + 1) : 0;
	bool is_cut = length > most;
	const char *more = is_cut ? "..." : "";

	if (is_cut)
		length = most;
	if (*next == end)
		return;
	if (length + strlen(more) >= (size_t)(end - *next)) {
		length = 0;
		more = "";
	}
	if (length > 0)
		memcpy(*next, string, length);
	memcpy(*next + length, more, strlen(more) + 1);
	*next += length + strlen(more) + 1;
}

/* ---- what it says ---------------------------------------------------------------------------- */

typedef void find_function(const void *frame, struct pl_place *place);

static void put_frames(struct pl_layout *record, void *const *frames, unsigned count,
		       uint64_t *places, uint64_t *offsets, char **next, const char *end,
		       find_function *find)
{
	for (unsigned i = 0; i < count; i++) {
		struct pl_place place;

		find(frames[i], &place);
		places[i] = pl_places_frame(record, frames[i], &place);
		offsets[i] = place.function_offset;
		put(next, end, place.function, FUNCTION_MAX);
	}
}

/* Takes the place of a report and fills in who makes it; all else is 0. */
static struct pl_layout_report *begin(struct pl_layout *record, bool is_last)
{
	struct pl_layout_report *report;

	if (record == NULL || run_is_over())
		return NULL;
	report = take_place(record, is_last);
	if (report == NULL)
		return NULL;
	memset((char *)report + offsetof(struct pl_layout_report, sequence), 0,
	       offsetof(struct pl_layout_report, text) -
		       offsetof(struct pl_layout_report, sequence));
	report->process = (uint32_t)pl_os_process_id();
	report->time_ns = pl_os_monotonic_ns();
	return report;
}

static void fill(struct pl_layout_report *report, const struct phaselock_violation *violation,
		 const struct pl_report_context *context)
{
	report->sequence = violation->sequence;
	report->time_ns = violation->time_ns;
	report->size = violation->size;
	report->alignment = violation->alignment;
	report->old_pointer = (uintptr_t)violation->old_pointer;
	report->count = violation->count;
	report->thread = violation->thread_id;
	report->cause = (uint8_t)violation->cause;
	report->verdict = (uint8_t)context->verdict;
	report->flags = (uint8_t)((context->by_handler ? PL_LAYOUT_BY_HANDLER : 0) |
				  (context->nested ? PL_LAYOUT_NESTED : 0) |
				  (context->undeniable ? PL_LAYOUT_UNDENIABLE : 0));
	report->end = (uint8_t)context->end;
	report->frame_count = (uint8_t)violation->frame_count;
	memcpy(report->thread_name, violation->thread_name, sizeof(report->thread_name));
	strncpy(report->function, violation->function, sizeof(report->function) - 1);
}

static void fill_lock(struct pl_layout_report *report, const struct pl_history *lock)
{
	report->lock_frame_count = (uint8_t)lock->frame_count;
	report->lock_end = (uint8_t)lock->end;
	report->lock_ns = lock->time_ns;
	report->lock_thread = lock->thread_id;
	memcpy(report->lock_thread_name, lock->thread_name, sizeof(report->lock_thread_name));
}

bool pl_told_violation(const struct phaselock_violation *violation,
		       const struct pl_report_context *context)
{
	struct pl_layout *record = pl_channel_record();
	bool is_last = context->verdict == PHASELOCK_ABORT;
	struct pl_layout_report *report = begin(record, is_last);
	struct pl_report_against against;
	unsigned lock_frames = 0;
	const char *option = NULL;
	struct pl_text advice;
	char *next, *end, words[512];

	if (report == NULL)
		return false;
	fill(report, violation, context);
	pl_report_find_against(&against, violation, context->forbidden_by, is_last);
	if (against.known) {
		fill_lock(report, &against.lock);
		lock_frames = (unsigned)against.lock.frame_count;
		report->flags |= against.is_told ? PL_LAYOUT_AS_ABOVE : 0;
		option = violation->cause == PHASELOCK_CAUSE_FORBID ? NULL : against.lock.option;
	}
	advice = pl_text_in(words, sizeof(words));
	pl_report_advice(&advice, violation);
	next = report->text;
	end = report->text + sizeof(report->text);
	put(&next, end, context->hot_pattern, FUNCTION_MAX);
	put(&next, end, context->hot_function, (size_t)2 * FUNCTION_MAX);
	put(&next, end, option, FUNCTION_MAX);
	put(&next, end, words, sizeof(words));
	put(&next, end, NULL, 0);
	put_frames(record, violation->frames, violation->frame_count, report->frames,
		   report->function_offsets, &next, end, pl_module_find);
	put_frames(record, against.lock.frames, lock_frames, report->lock_frames,
		   report->function_offsets + PHASELOCK_FRAMES_MAX, &next, end, pl_kept_find);
	memset(next, 0, (size_t)(end - next));
	if (hand_over(record, report, is_last))
		return true;
	pl_report_untell(&against);
	return false;
}

bool pl_told_misuse(const char *message)
{
	struct pl_layout *record = pl_channel_record();
	struct pl_layout_report *report = begin(record, true);
	char *next, *end;

	if (report == NULL)
		return false;
	report->flags = PL_LAYOUT_MISUSE;
	report->verdict = PHASELOCK_ABORT;
	report->thread = pl_os_thread_id();
	pl_names_get(report->thread_name);
	next = report->text;
	end = report->text + sizeof(report->text);
	for (int i = 0; i < 4; i++)
		put(&next, end, NULL, 0);
	put(&next, end, message, FUNCTION_MAX);
	memset(next, 0, (size_t)(end - next));
	return hand_over(record, report, true);
}
