/* SPDX-License-Identifier: MIT */
/*
 * A note is a call stack. What a later stack has in common with it, from some frame to the end, is
 * of those who called whoever took the note. It must not know what a test is.
 */
#define PHASELOCK_OPTIONAL
#include "callers.h"

#include <string.h>
#include <unwind.h>

static _Thread_local struct {
	unsigned count;
	void *frames[PHASELOCK_FRAMES_MAX];
} note;

static _Unwind_Reason_Code add(struct _Unwind_Context *context, void *unused)
{
	(void)unused;
	if (note.count == PHASELOCK_FRAMES_MAX)
		return _URC_END_OF_STACK;
	note.frames[note.count++] = (void *)_Unwind_GetIP(context);
	return _URC_NO_REASON;
}

void callers_note(void)
{
	note.count = 0;
	if (!phaselock_present())
		return;
	phaselock_permit_begin();
	_Unwind_Backtrace(add, NULL);
	phaselock_permit_end();
}

void callers_forget(void)
{
	note.count = 0;
}

struct callers_edge callers_find(const struct phaselock_violation *request)
{
	for (unsigned i = 0; i < request->frame_count; i++) {
		for (unsigned j = 1; j < note.count; j++) {
			unsigned left = request->frame_count - i;

			if (left > note.count - j)
				left = note.count - j;
			if (memcmp(&request->frames[i], &note.frames[j], left * sizeof(void *)) !=
			    0)
				continue;
			return (struct callers_edge){
				.frames = i,
				.has_noter = i > 0,
				.noter = note.frames[j - 1],
				.last = i > 0 ? request->frames[i - 1] : NULL,
			};
		}
	}
	return (struct callers_edge){.frames = request->frame_count};
}
