/* SPDX-License-Identifier: MIT */
/*
 * Walks call stacks by cfi.h, and takes them by quick.h as far as that goes. libgcc's unwinder is
 * never used: if a program has registered tables of its own, as a JIT does, it takes a lock and
 * allocates. It must not know what a violation is.
 */
#include "stack/unwind.h"

#include "stack/cfi.h"
#include "stack/cfi_index.h"
#include "stack/code.h"
#include "stack/quick.h"
#include "stack/rules.h"

/* Frames of our own that may lie between the unwinder and the caller. */
#define OWN_FRAMES_MAX 12

/* No stack has so many frames: a walk that goes on is lost. */
#define FRAMES_WALKED_MAX 10000000

/* Begins a walk at the function that calls this. */
PL_INLINE void begin(struct pl_cfi *cfi)
{
	cfi->tables.object.start = cfi->tables.object.end = 0;
	cfi->first.common = NULL;
	pl_frame_capture(&cfi->frame);
	pl_stack_begin(&cfi->stack, cfi->frame.registers[PL_REGISTER_STACK]);
}

/*
 * Returns the address of a frame in the form of a return address: the frame's instruction lies one
 * byte before it. Only in a function that a signal interrupted does that differ from the pc.
 */
static uintptr_t address_of(const struct pl_frame *frame)
{
	return pl_cfi_instruction(frame) + 1;
}

static enum pl_unwind_end end_of(enum pl_cfi_result result)
{
	return result == PL_CFI_NO_TABLE ? PL_UNWIND_NO_TABLE : PL_UNWIND_UNREADABLE;
}

/* Goes to the frame that returns to caller. Returns false if it cannot, or if it is not there. */
static bool skip_own(struct pl_cfi *cfi, const void *caller, enum pl_unwind_end *end)
{
	for (unsigned own = 0; own < OWN_FRAMES_MAX; own++) {
		enum pl_cfi_result result = pl_cfi_step(cfi);

		if (result != PL_CFI_DONE)
			*end = end_of(result);
		if (result != PL_CFI_DONE || cfi->frame.pc == 0)
			return false;
		if (caller == NULL || cfi->frame.pc == (uintptr_t)caller)
			return true;
	}
	return false;
}

static bool is_in_module(struct pl_cfi *cfi)
{
	return pl_cfi_table_open(&cfi->tables, pl_cfi_instruction(&cfi->frame));
}

/*
 * Goes outwards from the frame at hand and looks at each, until look returns true. is_known: the
 * first one is code for certain, wherever it lies.
 */
PL_INLINE enum pl_unwind_end go_outwards(struct pl_cfi *cfi, bool is_known,
					 bool (*look)(struct pl_cfi *cfi, void *argument),
					 void *argument)
{
	for (unsigned i = 0; i < FRAMES_WALKED_MAX; i++) {
		enum pl_cfi_result result;

		if ((i > 0 || !is_known) && !is_in_module(cfi))
			return PL_UNWIND_NO_TABLE;
		if (look(cfi, argument))
			return PL_UNWIND_FULL;
		result = pl_cfi_step(cfi);
		if (result != PL_CFI_DONE)
			return end_of(result);
		if (cfi->frame.pc == 0)
			return PL_UNWIND_WHOLE;
	}
	return PL_UNWIND_UNREADABLE;
}

struct list {
	void **frames;
	unsigned capacity;
	unsigned count;
	struct pl_code code; /* that of the last frame */
};

PL_INLINE bool add_to_list(struct pl_cfi *cfi, struct list *list)
{
	/*
	 * The frame before is what the handler returns to. It was not called either: its address is
	 * the first byte of its code.
	 */
	if (cfi->frame.is_exact && list->count > 0)
		list->frames[list->count - 1] = (char *)list->frames[list->count - 1] + 1;
	list->frames[list->count++] = (void *)address_of(&cfi->frame);
	return list->count == list->capacity;
}

static bool see_and_add(struct pl_cfi *cfi, void *argument)
{
	struct list *list = argument;
	uintptr_t address = pl_cfi_instruction(&cfi->frame);

	if (!pl_code_has(&list->code, address)) /* for the generation */
		(void)pl_code_find(address, &list->code);
	return add_to_list(cfi, list);
}

/* Without unwind tables of code in between, one sure frame is better than none. */
static unsigned list_caller(struct list *list, const void *caller)
{
	list->frames[0] = (void *)(uintptr_t)caller;
	return caller != NULL;
}

/* Goes to the frame that returns to caller, as skip_own(). */
PL_INLINE bool skip_own_quickly(struct pl_quick *quick, const void *caller, enum pl_unwind_end *end)
{
	void *frames[OWN_FRAMES_MAX];

	for (unsigned own = 0; own < OWN_FRAMES_MAX; own++) {
		enum pl_cfi_result result;

		own += pl_quick_run(quick, (uintptr_t)caller, frames,
				    caller == NULL ? 1 : OWN_FRAMES_MAX - own);
		if (own > 0 && (caller == NULL || quick->cfi.frame.pc == (uintptr_t)caller))
			return true;
		if (own == OWN_FRAMES_MAX)
			break;
		(void)pl_quick_look(quick);
		result = pl_quick_step(quick);
		if (result != PL_CFI_DONE)
			*end = end_of(result);
		if (result != PL_CFI_DONE || quick->cfi.frame.pc == 0)
			return false;
		if (caller == NULL || quick->cfi.frame.pc == (uintptr_t)caller)
			return true;
	}
	return false;
}

/*
 * The same frames by remembered rules. Returns PL_UNWIND_UNREADABLE if a walk that knows all
 * registers has to find out.
 */
static enum pl_unwind_end list_quickly(struct pl_quick *quick, const void *caller,
				       struct list *list)
{
	enum pl_unwind_end end = PL_UNWIND_NO_TABLE;
	struct pl_cfi *cfi = &quick->cfi;

	if (!skip_own_quickly(quick, caller, &end))
		return end;
	for (unsigned i = 0; i < FRAMES_WALKED_MAX; i++) {
		void **next = list->frames + list->count;
		enum pl_cfi_result result;

		/* A frame counts when it was looked at: the last one of a run does not yet. */
		if (!cfi->frame.is_exact) {
			*next = (void *)cfi->frame.pc;
			list->count +=
				pl_quick_run(quick, 0, next + 1, list->capacity - list->count - 1);
		}
		if (cfi->frame.pc == 0)
			return PL_UNWIND_WHOLE;
		if (!pl_quick_look(quick) && (list->count > 0 || caller == NULL))
			return PL_UNWIND_NO_TABLE;
		if (add_to_list(cfi, list))
			return PL_UNWIND_FULL;
		result = pl_quick_step(quick);
		if (result != PL_CFI_DONE)
			return end_of(result);
		if (cfi->frame.pc == 0)
			return PL_UNWIND_WHOLE;
	}
	return PL_UNWIND_UNREADABLE;
}

__attribute__((noinline)) unsigned pl_unwind(void **frames, unsigned capacity, const void *caller,
					     enum pl_unwind_end *end)
{
	struct list list = {.frames = frames, .capacity = capacity};
	struct pl_quick quick;

	*end = capacity == 0 ? PL_UNWIND_FULL : PL_UNWIND_NO_TABLE;
	if (capacity == 0)
		return 0;
	begin(&quick.cfi);
	quick.code = (struct pl_code){.number = 0};
	for (size_t i = 0; i < sizeof(quick.codes) / sizeof(quick.codes[0]); i++)
		quick.codes[i] = quick.code;
	quick.turn = 0;
	*end = list_quickly(&quick, caller, &list);
	if (*end != PL_UNWIND_UNREADABLE)
		return list.count > 0 ? list.count : list_caller(&list, caller);
	*end = PL_UNWIND_NO_TABLE;
	list.count = 0;
	begin(&quick.cfi);
	if (!skip_own(&quick.cfi, caller, end))
		return list_caller(&list, caller);
	*end = go_outwards(&quick.cfi, caller != NULL, see_and_add, &list);
	return list.count;
}

uint64_t pl_unwind_generation(void)
{
	return pl_code_generation();
}

struct looker {
	bool (*look)(const struct pl_unwind_frame *frame, void *argument);
	void *argument;
};

static bool show(struct pl_cfi *cfi, void *argument)
{
	const struct looker *looker = argument;
	const struct pl_unwind_frame frame = {
		.instruction = pl_cfi_instruction(&cfi->frame),
		.object = is_in_module(cfi) ? &cfi->tables.object : NULL,
	};

	return looker->look(&frame, looker->argument);
}

__attribute__((noinline)) enum pl_unwind_end pl_unwind_each(
	const void *caller, bool (*look)(const struct pl_unwind_frame *frame, void *argument),
	void *argument)
{
	struct looker looker = {look, argument};
	enum pl_unwind_end end = PL_UNWIND_NO_TABLE;
	struct pl_cfi cfi;

	begin(&cfi);
	if (skip_own(&cfi, caller, &end))
		return go_outwards(&cfi, caller != NULL, show, &looker);
	cfi.frame = (struct pl_frame){.pc = (uintptr_t)caller};
	return caller != NULL && show(&cfi, &looker) ? PL_UNWIND_FULL : end;
}

/* ---- whether a call is under way ------------------------------------------------------------- */

/* Whether the frame is in the function that begins at that address. */
static bool is_in(struct pl_cfi *cfi, const void *function)
{
	struct pl_cfi_function found;
	uintptr_t address = pl_cfi_instruction(&cfi->frame);

	return pl_cfi_table_open(&cfi->tables, address) &&
	       pl_cfi_table_find(&cfi->tables, address, &found) &&
	       found.start == (uintptr_t)function;
}

__attribute__((noinline)) bool pl_unwind_passes(const void *function)
{
	struct pl_cfi cfi;

	begin(&cfi);
	for (unsigned i = 0; i < FRAMES_WALKED_MAX && cfi.frame.pc != 0; i++) {
		if (is_in(&cfi, function))
			return true;
		if (pl_cfi_step(&cfi) != PL_CFI_DONE)
			break;
	}
	return false;
}

/* Whether the walk is above the mark, on the same stack for certain. */
static bool has_passed(const struct pl_cfi *cfi, uintptr_t mark)
{
	uintptr_t pointer = cfi->frame.registers[PL_REGISTER_STACK];

	return pointer > mark && pl_stack_is_own(&cfi->stack, pointer) &&
	       pl_stack_is_own(&cfi->stack, mark);
}

/* Whether an address is in a frame. False if a signal came between the frame and its caller. */
static bool contains(const struct pl_cfi *cfi, const struct pl_frame *frame,
		     const struct pl_frame *caller, uintptr_t address)
{
	uintptr_t low = frame->registers[PL_REGISTER_STACK];
	uintptr_t end = caller->registers[PL_REGISTER_STACK];

	return !caller->is_exact && address >= low && address < end &&
	       pl_stack_is_own(&cfi->stack, low) == pl_stack_is_own(&cfi->stack, end);
}

__attribute__((noinline)) enum pl_unwind_found pl_unwind_find(const struct pl_unwind_mark *mark,
							      const void *function)
{
	uintptr_t at = (uintptr_t)mark->word, here, value;
	struct pl_cfi cfi;

	begin(&cfi);
	here = cfi.frame.registers[PL_REGISTER_STACK];
	/* Once a frame is left, later ones write over its mark. */
	if (has_passed(&cfi, at) || !pl_stack_read(&cfi.stack, at, &value) || value != mark->value)
		return PL_UNWIND_GONE;
	for (unsigned i = 0; i < FRAMES_WALKED_MAX; i++) {
		struct pl_frame frame = cfi.frame;

		if (has_passed(&cfi, at))
			return PL_UNWIND_GONE;
		if (pl_cfi_step(&cfi) != PL_CFI_DONE)
			return pl_stack_joins(&cfi.stack, here, at) ? PL_UNWIND_FOUND
								    : PL_UNWIND_UNKNOWN;
		if (contains(&cfi, &frame, &cfi.frame, at)) {
			cfi.frame = frame;
			return is_in(&cfi, function) ? PL_UNWIND_FOUND : PL_UNWIND_GONE;
		}
		if (cfi.frame.pc == 0)
			return PL_UNWIND_GONE;
	}
	return PL_UNWIND_UNKNOWN;
}

void pl_unwind_start(void)
{
	pl_stack_start();
	pl_cfi_index_start();
	pl_code_start();
	pl_rules_start();
}
