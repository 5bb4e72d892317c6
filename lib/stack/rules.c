/* SPDX-License-Identifier: MIT */
/*
 * Keeps plain rules. What is lost when two threads write to one place is found out again. It must
 * not know how rules are made or used.
 */
#include "stack/rules.h"

#include "common/os.h"

struct pl_rules_place *pl_rules;

void pl_rules_start(void)
{
	if (pl_rules == NULL && !pl_os_space_is_limited())
		pl_rules = pl_os_map(PL_RULES_PLACES * sizeof(*pl_rules));
}

void pl_rules_add(const struct pl_code *code, uintptr_t address, pl_plain rule)
{
	struct pl_rules_key key = pl_rules_key(code, (uint32_t)(address - code->start));
	_Atomic uint64_t *words = pl_rules[key.place].words;
	uint64_t former = atomic_load_explicit(&words[0], memory_order_relaxed);

	/* The older of two goes. */
	if (former != 0 && former >> 32 != key.rest)
		atomic_store_explicit(&words[1], former, memory_order_relaxed);
	atomic_store_explicit(&words[0], (uint64_t)key.rest << 32 | rule, memory_order_relaxed);
}
