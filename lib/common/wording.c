/* SPDX-License-Identifier: MIT */
/* It must not know where a text goes, nor where what is said comes from. */
#include "common/wording.h"

#define HOT_FUNCTION_MAX 512 /* bytes of the name of a function that must not allocate */
#define NAME_MAX_SHOWN 400   /* characters of a mangled name; some have no end */

void pl_wording_call(struct pl_text *text, const struct phaselock_violation *violation)
{
	pl_text_escape(text, violation->function != NULL ? violation->function : "?", SIZE_MAX);
	pl_text_append(text, "(");
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

void pl_wording_heading(struct pl_text *text, const struct phaselock_violation *violation,
			const char *hot_function, const char *hot_pattern, bool is_nested)
{
	static const char *const causes[] = {"while allocations are locked",
					     "inside a forbid scope", "of sealed allocations",
					     "in a function that must not allocate"};

	pl_text_append(text, "phaselock: violation: ");
	pl_wording_call(text, violation);
	pl_text_append(text, " %s", causes[violation->cause]);
	if (hot_function != NULL) {
		pl_text_append(text, " (hot=");
		pl_text_quote(text, hot_pattern);
		pl_text_append(text, "): ");
		pl_text_escape(text, hot_function, HOT_FUNCTION_MAX);
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
	pl_text_append(text, "%s\n", is_nested ? ", inside the violation handler" : "");
}

void pl_wording_place(struct pl_text *text, const char *function, uint64_t function_offset,
		      const char *path, uint64_t offset)
{
	if (function != NULL) {
		pl_text_escape(text, function, NAME_MAX_SHOWN);
		pl_text_append(text, "+0x%lx ", function_offset);
	}
	pl_text_append(text, "(");
	pl_text_escape(text, path, SIZE_MAX);
	pl_text_append(text, "+0x%lx)", offset);
}

void pl_wording_locked(struct pl_text *text, uint64_t time_ns, const struct pl_wording_lock *lock)
{
	uint64_t before_us = time_ns > lock->time_ns ? (time_ns - lock->time_ns) / 1000 : 0;

	pl_text_append(text, "  locked %lu %s before ",
		       before_us < 10000 ? before_us : before_us / 1000,
		       before_us < 10000 ? "us" : "ms");
	if (lock->thread_id == 0) {
		pl_text_append(text, "in all processes of the run (");
		pl_text_quote(text, lock->option != NULL ? lock->option : "");
		pl_text_append(text, ")");
		return;
	}
	pl_text_append(text, "by thread %lu \"", lock->thread_id);
	pl_text_quote(text, lock->thread_name);
	pl_text_append(text, "\"");
	if (lock->option != NULL) {
		pl_text_append(text, " (");
		pl_text_quote(text, lock->option);
		pl_text_append(text, ")");
	}
	pl_text_append(text, lock->is_told ? ", as above" : ":");
}

void pl_wording_build_id(struct pl_text *text, const unsigned char *id, size_t size,
			 const char *path)
{
	pl_text_append(text, "  build-id ");
	for (size_t i = 0; i < size; i++)
		pl_text_append(text, "%lx%lx", (uint64_t)(id[i] >> 4), (uint64_t)(id[i] & 15));
	pl_text_append(text, " ");
	pl_text_escape(text, path, SIZE_MAX);
}

void pl_wording_verdict(struct pl_text *text, enum phaselock_verdict verdict, bool by_handler,
			bool is_undeniable)
{
	static const char *const deeds[] = {"aborting", "allowed", "denied"};
	static const char *const policies[] = {"policy=abort", "policy=allow", "policy=deny"};

	const char *decided = by_handler ? "handler" : policies[verdict];

	if (is_undeniable)
		decided = "denied, but a sanitizer's allocator had served it";
	pl_text_append(text, "phaselock: %s (%s)", deeds[verdict], decided);
}
