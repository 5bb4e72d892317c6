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

#include <stdatomic.h>
#include <string.h>

#define BLOCK_SIZE 4080 /* with the header of a piece in the pipe, at most PIPE_BUF */
#define LINE_SIZE 1024
#define HOT_FUNCTION_MAX 512 /* bytes of the name of a function that must not allocate */

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

/* The call as its caller might have written it. */
static void append_call(struct pl_text *text, const struct phaselock_violation *violation)
{
	pl_text_append(text, "%s(", violation->function);
	if (violation->cause == PHASELOCK_CAUSE_SEAL) {
		pl_text_append(text, ")");
		return;
	}
	if (violation->old_pointer != NULL)
		pl_text_append(text, "%p%s", (void *)(uintptr_t)violation->old_pointer,
			       violation->size > 0 ? ", " : "");
	if (violation->size > 0 || violation->old_pointer == NULL)
		pl_text_append(text, "%lu", violation->size);
	if (violation->alignment > 0)
		pl_text_append(text, ", alignment %lu", violation->alignment);
	pl_text_append(text, ")");
}

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
		pl_sink_line(text, "    (the stack cannot be read further: no unwind table)");
	if (end == PL_UNWIND_UNREADABLE)
		pl_sink_line(text, "    (the stack cannot be read further: it leads to no stack)");
}

/* What a violation was against: who began the scope, or who locked the heap. */
struct against {
	struct pl_history lock; /* for a scope only the frames are set */
	bool known;
	bool is_told; /* a report before this one has the frames */
};

/* The last lock whose frames a report had, and the process. Any thread; relaxed: one word. */
static _Atomic uint64_t told_lock;

/*
 * Returns whether the frames of a lock have been told, and notes that they are now. A child begins
 * anew: its reports may go elsewhere. So does the stack of a lock of which only the caller was known.
 */
static PL_COLD bool tell_once(const struct pl_history *lock)
{
	uint64_t which = (uint64_t)pl_os_process_id() << 32 | (uint32_t)(lock->generation * 2) |
			 (lock->frame_count > 1);

	return atomic_exchange_explicit(&told_lock, which, memory_order_relaxed) == which;
}

static PL_COLD void find_against(struct against *against,
				 const struct phaselock_violation *violation,
				 const void *forbidden_by, bool is_last)
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
				   const struct against *against)
{
	const struct pl_history *lock = &against->lock;
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));
	struct pl_place place;
	uint64_t before_us;

	if (!against->known)
		return;
	if (violation->cause == PHASELOCK_CAUSE_FORBID) {
		pl_kept_find(lock->frames[0], &place);
		pl_text_append(&line, "  forbidden by ");
		pl_frame_append(&line, &place);
		pl_sink_line(text, buffer);
		return;
	}
	before_us = violation->time_ns > lock->time_ns ? (violation->time_ns - lock->time_ns) / 1000
						       : 0;
	pl_text_append(&line, "  locked %lu %s before ",
		       before_us < 10000 ? before_us : before_us / 1000,
		       before_us < 10000 ? "us" : "ms");
	if (lock->thread_id == 0) {
		pl_text_append(&line, "in all processes of the run (%s)", lock->option);
		pl_sink_line(text, buffer);
		return;
	}
	pl_text_append(&line, "by thread %lu \"", lock->thread_id);
	pl_text_quote(&line, lock->thread_name);
	pl_text_append(&line, "\"%s%s%s%s", lock->option != NULL ? " (" : "",
		       lock->option != NULL ? lock->option : "", lock->option != NULL ? ")" : "",
		       against->is_told ? ", as above" : ":");
	pl_sink_line(text, buffer);
	if (!against->is_told)
		append_frames(text, lock->frames, (unsigned)lock->frame_count,
			      (enum pl_unwind_end)lock->end, pl_kept_find);
}

static bool gives_back(const struct phaselock_violation *violation)
{
	return violation->old_pointer != NULL && violation->size == 0;
}

/* Appends what to do instead, if a libc function that is known to allocate made the request. */
static PL_COLD void append_advice(struct pl_text *text, const struct phaselock_violation *violation)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&line, "  advice: ");
	if (!gives_back(violation) &&
	    pl_advice((const void *const *)violation->frames, violation->frame_count, &line))
		pl_sink_line(text, buffer);
}

static PL_COLD void append_verdict(struct pl_text *text, const struct pl_report_context *context)
{
	static const char *const deeds[] = {"aborting", "allowed", "denied"};
	static const char *const policies[] = {"policy=abort", "policy=allow", "policy=deny"};

	char buffer[128];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));
	const char *decided = context->by_handler ? "handler" : policies[context->verdict];

	if (context->undeniable)
		decided = "denied, but a sanitizer's allocator had served it";
	pl_text_append(&line, "phaselock: %s (%s)", deeds[context->verdict], decided);
	pl_sink_line(text, buffer);
}

/* Whether this violation is to be written; counts it if so. */
static bool is_due(const struct phaselock_violation *violation,
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

static void append_heading(struct pl_text *text, const struct phaselock_violation *violation,
			   const struct pl_report_context *context)
{
	static const char *const causes[] = {"while allocations are locked",
					     "inside a forbid scope", "of sealed allocations",
					     "in a function that must not allocate"};

	pl_text_append(text, "phaselock: violation: ");
	append_call(text, violation);
	pl_text_append(text, " %s", causes[violation->cause]);
	if (context->hot_function != NULL) {
		pl_text_append(text, " (hot=");
		pl_text_quote(text, context->hot_pattern);
		pl_text_append(text, "): ");
		pl_text_escape(text, context->hot_function, HOT_FUNCTION_MAX);
	}
	pl_text_append(text, "\n");
	pl_text_append(text, "  thread %lu \"", violation->thread_id);
	pl_text_quote(text, violation->thread_name);
	pl_text_append(text, "\", ");
	if (violation->count > 0) {
		pl_text_ordinal(text, violation->count);
		pl_text_append(text, " time at this site");
	} else {
		pl_text_append(text, "at a site beyond the %lu that are kept",
			       (uint64_t)PHASELOCK_SITES_MAX);
	}
	pl_text_append(text, "%s\n", context->nested ? ", inside the violation handler" : "");
}

/* A text for the symbolizer has to fit as a whole; without memory it keeps the given buffer. */
static struct pl_text room_to_name(struct pl_text text)
{
	char *room = pl_os_map(PL_SYMBOLIZER_TEXT_MAX);

	return room != NULL ? pl_text_in(room, PL_SYMBOLIZER_TEXT_MAX) : text;
}

/* Apart, as it takes much of the stack, and most violations are not reported. */
static PL_COLD void write_block(const struct phaselock_violation *violation,
				const struct pl_report_context *context)
{
	char buffer[BLOCK_SIZE];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));
	struct pl_build_ids told = {.count = 0};
	struct against against;
	bool to_name = context->verdict == PHASELOCK_ABORT && pl_symbolizer_is_on();

	if (to_name)
		text = room_to_name(text);
	append_heading(&text, violation, context);
	append_frames(&text, violation->frames, violation->frame_count, context->end,
		      pl_module_find);
	find_against(&against, violation, context->forbidden_by,
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

void pl_report_violation(const struct phaselock_violation *violation,
			 const struct pl_report_context *context)
{
	if (is_due(violation, context))
		write_block(violation, context);
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
	append_call(&out, &own);
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
