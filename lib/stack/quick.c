/* SPDX-License-Identifier: MIT */
/*
 * Orders the steps of a quick walk: which code, which rule, by which way. It must not know what the
 * frames are for.
 */
#include "stack/quick.h"

#include "stack/rules.h"

/* An object that may be unloaded takes a while to find, so those that the walk met are kept. */
static PL_COLD void find_unloadable(struct pl_quick *quick, uintptr_t address)
{
	const size_t count = sizeof(quick->codes) / sizeof(quick->codes[0]);

	for (size_t i = 0; i < count; i++)
		if (pl_code_has(&quick->codes[i], address)) {
			quick->code = quick->codes[i];
			return;
		}
	if (pl_code_find(address, &quick->code))
		quick->codes[quick->turn++ % count] = quick->code;
}

static __attribute__((noinline)) void change_code(struct pl_quick *quick, uintptr_t address)
{
	quick->code = (struct pl_code){.start = 0};
	if (!pl_code_find_lasting(address, &quick->code))
		find_unloadable(quick, address);
}

/* Finds the rule in the tables. Returns false if the address is in no module. */
static PL_COLD bool read_tables(struct pl_quick *quick, uintptr_t address)
{
	struct pl_cfi *cfi = &quick->cfi;
	struct pl_cfi_rules rules;

	if (!pl_cfi_table_open(&cfi->tables, address))
		return false;
	if (!pl_rules_takes(&quick->code, address) ||
	    !pl_cfi_rules_find(&cfi->tables, &cfi->first, address, &rules))
		return true;
	quick->rule = pl_cfi_plain_make(&rules, address);
	pl_rules_add(&quick->code, address, quick->rule);
	return true;
}

bool pl_quick_look(struct pl_quick *quick)
{
	uintptr_t address = pl_cfi_instruction(&quick->cfi.frame);

	if (PL_UNLIKELY(!pl_code_has(&quick->code, address)))
		change_code(quick, address);
	quick->rule =
		pl_rules_takes(&quick->code, address) ? pl_rules_find(&quick->code, address) : 0;
	return PL_LIKELY(quick->rule != 0) || read_tables(quick, address);
}

static __attribute__((no_sanitize("address"))) uintptr_t word_at(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

/* The registers that a run needs. */
struct run {
	uintptr_t pc, pointer, base;
	bool is_base_known;
};

/*
 * The checks are pl_cfi_plain_step()'s: up on the thread's own stack, where all that lies between
 * the begin of the walk and the stack's end can be read. Any doubt ends the run.
 */
PL_INLINE bool go_on(struct run *run, pl_plain rule, const struct pl_stack *stack)
{
	bool is_of_base = pl_cfi_plain_kind(rule) == PL_PLAIN_BASE;
	pl_plain slot = rule >> PL_PLAIN_BASE_AT & PL_PLAIN_BASE_AT_BASE;
	uintptr_t cfa = (is_of_base ? run->base : run->pointer) +
			(uintptr_t)(rule >> PL_PLAIN_OFFSET_AT) * sizeof(uintptr_t);

	if (PL_UNLIKELY(cfa <= run->pointer || cfa >= stack->own_end ||
			cfa % sizeof(uintptr_t) != 0 || (is_of_base && !run->is_base_known)))
		return false;
	if (slot != PL_PLAIN_BASE_SAME) {
		uintptr_t at = cfa - slot * sizeof(uintptr_t);

		if (PL_UNLIKELY(slot == PL_PLAIN_BASE_AT_BASE || at < stack->low))
			return false;
		run->base = word_at(at);
		run->is_base_known = true;
	}
	run->pc = pl_frame_plain_pc(word_at(cfa - sizeof(uintptr_t)));
	run->pointer = cfa;
	return true;
}

PL_INLINE bool find_simple(struct pl_quick *quick, uintptr_t address, pl_plain *rule)
{
	if (PL_UNLIKELY(!pl_code_has(&quick->code, address)))
		change_code(quick, address);
	if (PL_UNLIKELY(!pl_rules_takes(&quick->code, address)))
		return false;
	*rule = pl_rules_find(&quick->code, address);
	return pl_cfi_plain_kind(*rule) == PL_PLAIN_STACK ||
	       pl_cfi_plain_kind(*rule) == PL_PLAIN_BASE;
}

unsigned pl_quick_run(struct pl_quick *quick, uintptr_t until, void **frames, unsigned most)
{
	const uint32_t base = (uint32_t)1 << PL_REGISTER_BASE;
	const struct pl_stack *stack = &quick->cfi.stack;
	struct pl_frame *frame = &quick->cfi.frame;
	struct run run = {frame->pc, frame->registers[PL_REGISTER_STACK],
			  frame->registers[PL_REGISTER_BASE], (frame->known & base) != 0};
	uintptr_t address = pl_cfi_instruction(frame);
	unsigned count = 0;
	pl_plain rule;

	if (run.pointer < stack->low || run.pointer >= stack->own_end)
		return 0;
	while (count < most && run.pc != until && find_simple(quick, address, &rule) &&
	       go_on(&run, rule, stack)) {
		frames[count++] = (void *)run.pc;
		address = run.pc - 1;
	}
	if (count == 0)
		return 0;
	frame->pc = run.pc;
	frame->is_exact = false;
	frame->registers[PL_REGISTER_STACK] = run.pointer;
	frame->registers[PL_REGISTER_BASE] = run.base;
	frame->registers[PL_REGISTER_RETURN] = run.pc;
	frame->known = (uint32_t)1 << PL_REGISTER_STACK | (uint32_t)1 << PL_REGISTER_RETURN |
		       (run.is_base_known ? base : 0);
	return count;
}

enum pl_cfi_result pl_quick_step(struct pl_quick *quick)
{
	if (PL_LIKELY(quick->rule != 0 && pl_cfi_plain_kind(quick->rule) != PL_PLAIN_NOT))
		return pl_cfi_plain_step(quick->rule, &quick->cfi);
	return pl_cfi_step(&quick->cfi);
}
