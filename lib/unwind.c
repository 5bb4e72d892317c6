/* SPDX-License-Identifier: MIT */
/*
 * Call stacks by cfi.h, and where that does not know a frame by libgcc's unwinder, on which the
 * library depends at link time: glibc's backtrace() would load it, and allocate, at its first use.
 * With glibc 2.35 and gcc 12 or later it finds the tables of a frame through _dl_find_object(),
 * without a lock. It must not know what a violation is.
 */
#include "unwind.h"

#include "cfi.h"

#include <unwind.h>

/* Frames of our own that may lie between the unwinder and the caller. */
#define OWN_FRAMES_MAX 12

/*
 * Returns the address of a frame as a return address: one byte before it lies the instruction that
 * the frame is at. That is so but for a function that a signal interrupted. 0 at the stack's end.
 */
static uintptr_t address_of(struct _Unwind_Context *context, bool *interrupted)
{
	int exact = 0;
	uintptr_t address = _Unwind_GetIPInfo(context, &exact);

	*interrupted = exact != 0;
	return exact != 0 && address != 0 ? address + 1 : address;
}

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
	bool interrupted;
	uintptr_t address = address_of(context, &interrupted);

	if (address == 0)
		return _URC_END_OF_STACK;
	if (!walk->found) {
		walk->found = address == (uintptr_t)walk->caller || walk->caller == NULL;
		if (!walk->found && ++walk->skipped == OWN_FRAMES_MAX)
			return _URC_END_OF_STACK;
	}
	if (!walk->found)
		return _URC_NO_REASON;
	/* What a handler returns to was not called either: it begins where the handler ends. */
	if (interrupted && walk->count > 0)
		walk->frames[walk->count - 1] = (char *)walk->frames[walk->count - 1] + 1;
	walk->frames[walk->count++] = (void *)address;
	/* Here, not at the next frame: each costs as much as all that is done with it. */
	return walk->count == walk->capacity ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* The same from the frame on, by cfi.h. Returns 0 if that does not know one of the frames. */
static unsigned walk_plainly(struct pl_frame frame, void **frames, unsigned capacity,
			     const void *caller)
{
	unsigned count = 0;

	for (unsigned own = 0; frame.pc != (uintptr_t)caller; own++)
		if (own == OWN_FRAMES_MAX || frame.pc == 0 || !pl_cfi_step(&frame))
			return 0;
	while (frame.pc != 0) {
		frames[count++] = (void *)frame.pc;
		if (count == capacity)
			break;
		if (!pl_cfi_step(&frame))
			return 0;
	}
	return count;
}

__attribute__((noinline)) unsigned pl_unwind(void **frames, unsigned capacity, const void *caller)
{
	/* To ask for the frame's address makes it one with rbp: both words are where they are. */
	const uintptr_t *own = __builtin_frame_address(0);
	struct pl_frame frame = {own[1], (uintptr_t)(own + 2), own[0]};
	struct walk walk = {.frames = frames, .capacity = capacity, .caller = caller};

	if (capacity == 0)
		return 0;
	if (caller != NULL)
		walk.count = walk_plainly(frame, frames, capacity, caller);
	if (walk.count > 0)
		return walk.count;
	_Unwind_Backtrace(step, &walk);
	if (walk.count == 0 && caller != NULL) {
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
	bool interrupted;
	uintptr_t address = address_of(context, &interrupted);

	if (address == 0)
		return _URC_END_OF_STACK;
	/* Less one: the instruction that called, not the one to return to. */
	search->found = _Unwind_FindEnclosingFunction((void *)(address - 1)) == search->function;
	return search->found ? _URC_END_OF_STACK : _URC_NO_REASON;
}

bool pl_unwind_is_in(const void *address, const void *function)
{
	/* It takes one off the address itself. */
	return _Unwind_FindEnclosingFunction((void *)(uintptr_t)address) == function;
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
