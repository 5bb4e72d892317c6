/* SPDX-License-Identifier: MIT */
/*
 * Call stacks by libgcc's unwinder, on which the library depends at link time: glibc's backtrace()
 * would load it, and allocate, at its first use. With glibc 2.35 and gcc 12 or later it finds the
 * tables of a frame through _dl_find_object(), without a lock. It must not know what a violation
 * is.
 */
#include "unwind.h"

#include <unwind.h>

/* Frames of our own that may lie between the unwinder and the caller. */
#define OWN_FRAMES_MAX 12

struct walk {
	void **frames;
	unsigned capacity;
	unsigned count;
	const void *caller;
	bool found;
	unsigned skipped;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *argument)
{
	struct walk *walk = argument;
	void *address = (void *)_Unwind_GetIP(context);

	if (address == NULL)
		return _URC_END_OF_STACK;
	if (!walk->found) {
		walk->found = address == walk->caller || walk->caller == NULL;
		if (!walk->found && ++walk->skipped == OWN_FRAMES_MAX)
			return _URC_END_OF_STACK;
	}
	if (!walk->found)
		return _URC_NO_REASON;
	if (walk->count == walk->capacity)
		return _URC_END_OF_STACK;
	walk->frames[walk->count++] = address;
	return _URC_NO_REASON;
}

unsigned pl_unwind(void **frames, unsigned capacity, const void *caller)
{
	struct walk walk = {.frames = frames, .capacity = capacity, .caller = caller};

	_Unwind_Backtrace(step, &walk);
	if (walk.count == 0 && caller != NULL && capacity > 0) {
		/* Code without unwind tables hides it: the one frame that is sure is better than
		 * none. */
		frames[0] = (void *)(uintptr_t)caller;
		walk.count = 1;
	}
	return walk.count;
}

struct search {
	const void *function;
	bool found;
};

static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *argument)
{
	struct search *search = argument;
	uintptr_t address = _Unwind_GetIP(context);

	if (address == 0)
		return _URC_END_OF_STACK;
	/* Less one: the instruction that called, not the one to return to. */
	search->found = _Unwind_FindEnclosingFunction((void *)(address - 1)) == search->function;
	return search->found ? _URC_END_OF_STACK : _URC_NO_REASON;
}

bool pl_unwind_passes(const void *function)
{
	struct search search = {.function = function};

	_Unwind_Backtrace(look, &search);
	return search.found;
}

void pl_unwind_warm(void)
{
	void *frames[4];

	pl_unwind(frames, 4, NULL);
}
