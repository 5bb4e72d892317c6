/* SPDX-License-Identifier: MIT */
/*
 * Words the report of a violation, in a buffer on the stack. It decides how things are said, not
 * what happens or where the text goes.
 */
#include "report/report.h"

#include "report/advice.h"
#include "report/build_ids.h"
#include "common/channel.h"
#include "common/clone.h"
#include "common/format.h"
#include "report/frame.h"
#include "report/history.h"
#include "stack/kept.h"
#include "stack/module.h"
#include "common/os.h"
#include "common/settings.h"
#include "common/sized.h"
#include "report/sink.h"
#include "report/symbolizer.h"
#include "common/wording.h"

#include <stdatomic.h>
#include <string.h>

#define BLOCK_SIZE 4080 /* with the header of a piece in the pipe, at most PIPE_BUF */
#define LINE_SIZE 1024

/* Blocks written so far. Any thread adds; relaxed, because it only hands out numbers. */
static _Atomic unsigned reports;

void pl_report_configure(unsigned most)
{
	pl_settings.reports = (struct pl_setting){true, most};
}

void pl_report_lines(const char *lines)
{
	struct pl_text text = {.start = (char *)(uintptr_t)lines, .length = strlen(lines)};

	pl_sink_write(&text, PL_SINK_WHOLE);
}

void pl_report_message(const char *message)
{
	char buffer[512];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text, "phaselock: %s\n", message);
	pl_sink_write(&text, PL_SINK_WHOLE);
}

/* ---- a violation ----------------------------------------------------------------------------- */

static void append_frame(struct pl_text *text, unsigned number, const void *frame,
			 pl_find_place *find)
{
	struct pl_place place;

	find(frame, &place);
	pl_text_append(text, "    #%lu ", (uint64_t)number);
	pl_frame_append(text, &place);
}

static PL_COLD void append_frames(struct pl_text *text, void *const *frames, unsigned count,
				  enum pl_unwind_end end, pl_find_place *find)
{
	char buffer[LINE_SIZE];

	for (unsigned i = 0; i < count; i++) {
		struct pl_text line = pl_text_in(buffer, sizeof(buffer));

		append_frame(&line, i, frames[i], find);
		pl_sink_line(text, buffer);
	}
	if (end == PL_UNWIND_NO_TABLE)
		pl_sink_line(text, PL_WORDING_NO_TABLE);
	if (end == PL_UNWIND_UNREADABLE)
		pl_sink_line(text, PL_WORDING_NO_STACK);
}

/* The last lock whose frames a report had. Any thread; relaxed: one word. */
static _Atomic uint64_t told_lock;

/*
 * Returns whether the frames of a lock have been told, and notes that they are now. The stack of a
 * lock of which only the caller was known is another. No system call: a filter may kill for it.
 */
static PL_COLD bool tell_once(const struct pl_history *lock)
{
	uint64_t which = (uint64_t)lock->generation * 4 | 2 | (lock->frame_count > 1);

	return atomic_exchange_explicit(&told_lock, which, memory_order_relaxed) == which;
}

void pl_report_fork_child(void)
{
	atomic_store_explicit(&told_lock, 0, memory_order_relaxed);
}

void pl_report_untell(const struct pl_report_against *against)
{
	if (!against->is_told)
		atomic_store_explicit(&told_lock, 0, memory_order_relaxed);
}

void pl_report_find_against(struct pl_report_against *against,
			    const struct phaselock_violation *violation, const void *forbidden_by,
			    bool is_last)
{
	against->known = false;
	against->is_told = false;
	if (violation->cause == PHASELOCK_CAUSE_HOT) /* nobody has locked or forbidden it */
		return;
	if (violation->cause != PHASELOCK_CAUSE_FORBID) {
		against->known = pl_history_last(&against->lock);
		against->is_told = against->known && tell_once(&against->lock) && !is_last;
		return;
	}
	against->known = forbidden_by != NULL;
	against->lock.frames[0] = (void *)(uintptr_t)forbidden_by;
	against->lock.frame_count = against->known;
}

static PL_COLD void append_against(struct pl_text *text,
				   const struct phaselock_violation *violation,
				   const struct pl_report_against *against)
{
	const struct pl_history *lock = &against->lock;
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));
	struct pl_place place;

	if (!against->known)
		return;
	if (violation->cause == PHASELOCK_CAUSE_FORBID) {
		pl_kept_find(lock->frames[0], &place);
		pl_text_append(&line, PL_WORDING_FORBIDDEN);
		pl_frame_append(&line, &place);
		pl_sink_line(text, buffer);
		return;
	}
	pl_wording_locked(&line, violation->time_ns,
			  &(struct pl_wording_lock){lock->time_ns, lock->thread_id,
						    lock->thread_name, lock->option,
						    against->is_told});
	pl_sink_line(text, buffer);
	if (lock->thread_id == 0 || against->is_told)
		return;
	append_frames(text, lock->frames, (unsigned)lock->frame_count,
		      (enum pl_unwind_end)lock->end, pl_kept_find);
}

static bool gives_back(const struct phaselock_violation *violation)
{
	return violation->old_pointer != NULL && violation->size == 0;
}

bool pl_report_advice(struct pl_text *text, const struct phaselock_violation *violation)
{
	return !gives_back(violation) &&
	       pl_advice((const void *const *)violation->frames, violation->frame_count, text);
}

/* Appends what to do instead, if a libc function that is known to allocate made the request. */
static PL_COLD void append_advice(struct pl_text *text, const struct phaselock_violation *violation)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&line, PL_WORDING_ADVICE);
	if (pl_report_advice(&line, violation))
		pl_sink_line(text, buffer);
}

static PL_COLD void append_verdict(struct pl_text *text, const struct pl_report_context *context)
{
	char buffer[128];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_wording_verdict(&line, context->verdict, context->by_handler, context->undeniable);
	pl_sink_line(text, buffer);
}

bool pl_report_is_due(const struct phaselock_violation *violation,
		      const struct pl_report_context *context)
{
	const unsigned most = pl_setting_or(pl_settings.reports, PL_OPTIONS_REPORTS);

	if (context->verdict == PHASELOCK_ABORT)
		return true;
	/*
	 * A count of 0 means the table is full. Report it anyway: all kept sites may be suppressed
	 * ones.
	 */
	if (violation->count > 1 || most == 0 || pl_channel_tells())
		return false;
	/* Load first: a flood at sites that are not kept would make the sum wrap. */
	return atomic_load_explicit(&reports, memory_order_relaxed) < most &&
	       atomic_fetch_add_explicit(&reports, 1, memory_order_relaxed) < most;
}

/* A text for the symbolizer has to fit as a whole; without memory it keeps the given buffer. */
static struct pl_text room_to_name(struct pl_text text)
{
	char *room = pl_os_map(PL_SYMBOLIZER_TEXT_MAX);

	return room != NULL ? pl_text_in(room, PL_SYMBOLIZER_TEXT_MAX) : text;
}

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	char buffer[BLOCK_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));
	struct pl_build_ids told = {.count = 0};
	struct pl_report_against against;
	bool to_name = context->verdict == PHASELOCK_ABORT && pl_symbolizer_is_on();

	if (to_name)
		text = room_to_name(text);
	pl_wording_heading(&text, violation, context->hot_function, context->hot_pattern,
			   context->nested);
	append_frames(&text, violation->frames, violation->frame_count, context->end,
		      pl_module_find);
	pl_report_find_against(&against, violation, context->forbidden_by,
			       context->verdict == PHASELOCK_ABORT);
	append_against(&text, violation, &against);
	append_advice(&text, violation);
	pl_build_ids_append(&text, &told, violation->frames, violation->frame_count,
			    pl_module_find);
	if (against.known && !against.is_told)
		pl_build_ids_append(&text, &told, against.lock.frames,
				    (unsigned)against.lock.frame_count, pl_kept_find);
	append_verdict(&text, context);
	if (to_name)
		pl_sink_write_named(&text);
	else
		pl_sink_write(&text,
			      context->verdict == PHASELOCK_ABORT ? PL_SINK_LAST : PL_SINK_WHOLE);
}

size_t phaselock_describe_sized(const struct phaselock_violation *violation, size_t violation_size,
				char *text, size_t size)
{
	struct phaselock_violation own;
	struct pl_text out;

	if (size == 0) /* no room even for the terminator */
		return 0;
	pl_sized_violation(&own, sizeof(own), violation, violation_size);
	out = pl_text_in(text, size);
	pl_wording_call(&out, &own);
	pl_text_append(&out, "\n");
	for (unsigned i = 0; i < own.frame_count; i++) {
		append_frame(&out, i, own.frames[i], pl_kept_find);
		pl_text_append(&out, "\n");
	}
	return out.length;
}

bool phaselock_has_function_sized(const struct phaselock_violation *violation,
				  size_t violation_size, const char *function)
{
	size_t length = strlen(function);
	struct phaselock_violation own;
	struct pl_place place;

	pl_sized_violation(&own, sizeof(own), violation, violation_size);
	for (unsigned i = 0; i < own.frame_count; i++) {
		pl_kept_find(own.frames[i], &place);
		if (place.function != NULL && strncmp(place.function, function, length) == 0 &&
		    (place.function[length] == '\0' || pl_clone_base(place.function) == length))
			return true;
	}
	return false;
}

bool phaselock_advise_sized(const struct phaselock_violation *violation, size_t violation_size,
			    struct phaselock_advice *advice, size_t advice_size)
{
	const struct pl_advice *found = NULL;
	struct phaselock_violation own;
	struct phaselock_advice words;

	pl_sized_violation(&own, sizeof(own), violation, violation_size);
	if (!gives_back(&own))
		found = pl_advice_find((const void *const *)own.frames, own.frame_count);
	if (found == NULL)
		return false;
	words = (struct phaselock_advice){found->name, found->when, found->cure};
	pl_sized_copy(advice, advice_size, &words, sizeof(words));
	return true;
}
