/* SPDX-License-Identifier: MIT */
/*
 * The oracle of lib/stack/: each call stack that the library walks is walked by libgcc too, and
 * frame by frame the two must agree: on the address, on whether a signal came there, on the stack
 * pointer, on each register that is kept over calls. The list that pl_unwind() makes of it must be
 * libgcc's, too; and a walk by remembered rules, as far as it goes, must be at the same frames with
 * the same stack pointer and base. If they differ, the process says where and aborts.
 *
 * The linker puts these functions in front of the library's own (--wrap): nothing is compiled anew.
 *
 * libgcc believes its tables and reads what they name. So it only goes where ours has gone before:
 * that is safe on any stack and in any handler. It makes no system call, so no filter sees it. It
 * takes a lock, and may ask for memory, only where a program has registered tables of its own:
 * such programs are left out by whoever runs this, and a walk out of libgcc is, here.
 */
#include "counts.h"

#include "common/format.h"
#include "common/os.h"
#include "stack/cfi.h"
#include "stack/object.h"
#include "stack/quick.h"
#include "stack/unwind.h"

#include <stdatomic.h>
#include <unwind.h>

#define STEPS_MAX 256

unsigned __real_pl_unwind(void **frames, unsigned capacity, const void *caller,
			  enum pl_unwind_end *end);
bool __real_pl_unwind_passes(const void *function);
enum pl_unwind_found __real_pl_unwind_find(const struct pl_unwind_mark *mark, const void *function);

unsigned __wrap_pl_unwind(void **frames, unsigned capacity, const void *caller,
			  enum pl_unwind_end *end);
bool __wrap_pl_unwind_passes(const void *function);
enum pl_unwind_found __wrap_pl_unwind_find(const struct pl_unwind_mark *mark, const void *function);

/* What pl_unwind() has said. */
struct list {
	void *const *frames;
	unsigned count;
	const void *from; /* its first frame that libgcc can see, too */
	enum pl_unwind_end end;
};

/* A walk by both. */
struct walk {
	struct pl_cfi cfi;     /* where ours is */
	struct pl_quick quick; /* where ours by remembered rules is */
	bool is_quick_over;    /* it cannot know how to go on */
	unsigned by_rules;     /* steps that were by plain rules */
	unsigned steps;	       /* that ours can take */
	unsigned taken;
	bool may_look_beyond;	 /* libgcc must end where ours did */
	const struct list *list; /* NULL: none was made */
	unsigned at;		 /* how many of the list libgcc has come to */
	uintptr_t address;	 /* which the last of them should have */
	const char *wrong;	 /* in words; NULL: nothing */
	uint64_t ours, theirs;
};

static struct pl_object libgcc; /* written by the constructor */

static bool differ(struct walk *walk, const char *what, uintptr_t ours, uintptr_t theirs)
{
	if (walk->wrong == NULL) {
		walk->wrong = what;
		walk->ours = ours;
		walk->theirs = theirs;
	}
	return false;
}

static bool check(struct walk *walk, const char *what, uintptr_t ours, uintptr_t theirs)
{
	return ours == theirs || differ(walk, what, ours, theirs);
}

/* Whether the last frame of the list that libgcc has come to stands there. */
static bool check_last(struct walk *walk)
{
	return check(walk, "address in the list", (uintptr_t)walk->list->frames[walk->at - 1],
		     walk->address);
}

/* The list as libgcc would have made it: what unwind.h says of addresses. */
static bool check_list(struct walk *walk, uintptr_t pc, bool is_exact)
{
	const struct list *list = walk->list;

	if (list == NULL || (walk->at == 0 && pc != (uintptr_t)list->from))
		return true;
	if (walk->at > list->count)
		return true;
	if (walk->at == list->count) {
		walk->at++;
		walk->address = 0;
		return list->end != PL_UNWIND_WHOLE ||
		       differ(walk, "frame behind the list's last", 0, pc);
	}
	if (walk->at > 0) {
		walk->address += is_exact ? 1 : 0;
		if (!check_last(walk))
			return false;
	}
	walk->at++;
	walk->address = pc + (is_exact ? 1 : 0);
	/* Nothing comes behind the last frame that changes it. */
	return walk->at < list->count || check_last(walk);
}

static bool check_registers(struct walk *walk, struct _Unwind_Context *context)
{
	const struct pl_frame *frame = &walk->cfi.frame;

	if (!check(walk, "stack pointer", frame->registers[PL_REGISTER_STACK],
		   _Unwind_GetCFA(context)))
		return false;
	for (int i = 0; i < PL_REGISTERS; i++)
		if (i != PL_REGISTER_STACK && (PL_REGISTERS_KEPT >> i & 1) != 0 &&
		    (frame->known >> i & 1) != 0 &&
		    !check(walk, "register", frame->registers[i], _Unwind_GetGR(context, i)))
			return false;
	return true;
}

/* A step by remembered rules, which must lead to where ours is. */
static bool check_quick(struct walk *walk)
{
	const struct pl_frame *frame = &walk->cfi.frame, *quick = &walk->quick.cfi.frame;
	enum pl_cfi_result result;

	if (walk->is_quick_over)
		return true;
	if (walk->taken > 1 && !pl_quick_look(&walk->quick))
		return differ(walk, "code by rules", 0, quick->pc);
	if (walk->taken <= 1)
		(void)pl_quick_look(&walk->quick);
	walk->by_rules +=
		walk->quick.rule != 0 && pl_cfi_plain_kind(walk->quick.rule) != PL_PLAIN_NOT;
	result = pl_quick_step(&walk->quick);
	walk->is_quick_over = result == PL_CFI_UNREADABLE;
	if (walk->is_quick_over)
		return true;
	return check(walk, "step by rules", result, PL_CFI_DONE) &&
	       check(walk, "address by rules", quick->pc, frame->pc) &&
	       check(walk, "mark of a signal by rules", quick->is_exact, frame->is_exact) &&
	       check(walk, "stack pointer by rules", quick->registers[PL_REGISTER_STACK],
		     frame->registers[PL_REGISTER_STACK]) &&
	       ((quick->known >> PL_REGISTER_BASE & 1) == 0 ||
		check(walk, "base by rules", quick->registers[PL_REGISTER_BASE],
		      frame->registers[PL_REGISTER_BASE]));
}

/* libgcc is at a frame. The first one is that of compare(), at a place of no interest. */
static _Unwind_Reason_Code look_at(struct _Unwind_Context *context, void *argument)
{
	struct walk *walk = argument;
	int is_exact = 0;
	uintptr_t pc = _Unwind_GetIPInfo(context, &is_exact);
	bool goes_on;

	if (walk->taken == 0)
		goes_on = true;
	else if (pc == 0)
		return _URC_END_OF_STACK;
	else if (walk->taken > walk->steps)
		goes_on = differ(walk, "end of the stack", 0, pc);
	else
		goes_on =
			check(walk, "step", pl_cfi_step(&walk->cfi), PL_CFI_DONE) &&
			check(walk, "address", walk->cfi.frame.pc, pc) &&
			check(walk, "mark of a signal", walk->cfi.frame.is_exact, is_exact != 0) &&
			check_registers(walk, context) && check_quick(walk) &&
			check_list(walk, pc, is_exact != 0);
	/* What libgcc does next is to go to the next frame. */
	if (goes_on && walk->taken == walk->steps && !walk->may_look_beyond)
		goes_on = false;
	walk->taken++;
	return goes_on ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

PL_INLINE void begin(struct pl_cfi *cfi)
{
	cfi->tables.object.start = cfi->tables.object.end = 0;
	cfi->first.common = NULL;
	pl_frame_capture(&cfi->frame);
	pl_stack_begin(&cfi->stack, cfi->frame.registers[PL_REGISTER_STACK]);
}

/* How far ours can go. Returns false if libgcc cannot be asked. */
static bool go_ahead(struct walk *walk)
{
	struct pl_cfi *cfi = &walk->cfi;
	enum pl_cfi_result result;

	walk->steps = 0;
	while ((result = pl_cfi_step(cfi)) == PL_CFI_DONE && cfi->frame.pc != 0 &&
	       walk->steps < STEPS_MAX) {
		/* Where it finds no table, libgcc looks whether that is code that it knows. */
		if (!pl_cfi_table_open(&cfi->tables, pl_cfi_instruction(&cfi->frame))) {
			result = PL_CFI_UNREADABLE;
			break;
		}
		walk->steps++;
		if (cfi->frame.pc >= libgcc.start && cfi->frame.pc < libgcc.end) {
			oracle_count(ORACLE_LIBGCC, 1);
			return false;
		}
	}
	walk->may_look_beyond = walk->steps < STEPS_MAX && result != PL_CFI_UNREADABLE;
	if (walk->steps == 0)
		oracle_count(ORACLE_NOTHING, 1);
	else if (walk->steps == STEPS_MAX)
		oracle_count(ORACLE_DEEP, 1);
	else if (result == PL_CFI_UNREADABLE)
		oracle_count(ORACLE_CUT, 1);
	return walk->steps > 0;
}

static void say(const struct walk *walk)
{
	char buffer[1024];
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));

	pl_text_append(&text,
		       "oracle: the unwinders differ: frame %lu: %s: ours 0x%lx, libgcc's 0x%lx; "
		       "address 0x%lx, stack pointer 0x%lx\n",
		       (uint64_t)walk->taken, walk->wrong, walk->ours, walk->theirs,
		       (uint64_t)walk->cfi.frame.pc,
		       (uint64_t)walk->cfi.frame.registers[PL_REGISTER_STACK]);
	for (unsigned i = 0; walk->list != NULL && i < walk->list->count && i < 8; i++)
		pl_text_append(&text, "oracle:   #%lu %p\n", (uint64_t)i, walk->list->frames[i]);
	(void)pl_os_write(2, PL_OS_PLAIN, buffer, text.length, 1000);
}

/* Whether the whole list was found. One frame alone may be the caller, to whom there is no way. */
static void check_end(struct walk *walk)
{
	const struct list *list = walk->list;

	if (list == NULL || walk->wrong != NULL || walk->at >= list->count)
		return;
	if (walk->at == 0 && list->count == 1)
		oracle_count(ORACLE_HIDDEN, 1);
	else if (walk->steps < STEPS_MAX)
		differ(walk, "frames of the list", list->count, walk->at);
}

/* Both begin in this function, at the one that calls it. */
static __attribute__((noinline)) void compare(const struct list *list)
{
	struct walk walk = {.list = list};

	begin(&walk.cfi);
	if (!go_ahead(&walk))
		return;
	begin(&walk.quick.cfi);
	begin(&walk.cfi);
	_Unwind_Backtrace(look_at, &walk);
	if (walk.wrong == NULL && walk.taken <= walk.steps)
		differ(&walk, "steps", walk.steps, walk.taken - 1);
	check_end(&walk);
	if (walk.wrong != NULL) {
		oracle_count(ORACLE_DIFFER, 1);
		say(&walk);
		pl_os_abort();
	}
	oracle_count(ORACLE_WALKS, 1);
	oracle_count(ORACLE_FRAMES, walk.steps);
	oracle_count(ORACLE_RULES, walk.by_rules);
}

/* ---- in the place of the library's own ------------------------------------------------------- */

unsigned __wrap_pl_unwind(void **frames, unsigned capacity, const void *caller,
			  enum pl_unwind_end *end)
{
	unsigned count = __real_pl_unwind(frames, capacity, caller, end);
	struct list list = {frames, count, caller, *end};

	if (caller == NULL && count > 1) { /* the first is in this function */
		list.frames++;
		list.count--;
		list.from = PL_CALLER();
	}
	compare(count > 0 && list.from != NULL ? &list : NULL);
	return count;
}

bool __wrap_pl_unwind_passes(const void *function)
{
	compare(NULL);
	return __real_pl_unwind_passes(function);
}

enum pl_unwind_found __wrap_pl_unwind_find(const struct pl_unwind_mark *mark, const void *function)
{
	compare(NULL);
	return __real_pl_unwind_find(mark, function);
}

static _Unwind_Reason_Code stop(struct _Unwind_Context *context, void *argument)
{
	(void)context;
	(void)argument;
	return _URC_NORMAL_STOP;
}

/* What libgcc does once, by pthread_once(): not in the middle of a test. */
static __attribute__((constructor)) void start(void)
{
	_Unwind_Backtrace(stop, NULL);
	(void)pl_object_find((const void *)(uintptr_t)_Unwind_GetCFA, &libgcc);
}
