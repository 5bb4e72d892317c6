/* SPDX-License-Identifier: MIT */
/*
 * Orders the steps of a quick walk: which code, which rule, by which way. It must not know what the
 * frames are for.
 */
#include "stack/quick.h"

#include "stack/rules.h"

static PL_COLD void change_code(struct pl_quick *quick, uintptr_t address)
{
	const size_t count = sizeof(quick->codes) / sizeof(quick->codes[0]);

	for (size_t i = 0; i < count; i++)
		if (pl_code_has(&quick->codes[i], address)) {
			quick->code = quick->codes[i];
			return;
		}
	quick->code = (struct pl_code){.start = 0};
	if (pl_code_find(address, &quick->code))
		quick->codes[quick->turn++ % count] = quick->code;
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

enum pl_cfi_result pl_quick_step(struct pl_quick *quick)
{
	if (PL_LIKELY(quick->rule != 0 && pl_cfi_plain_kind(quick->rule) != PL_PLAIN_NOT))
		return pl_cfi_plain_step(quick->rule, &quick->cfi);
	return pl_cfi_step(&quick->cfi);
}
