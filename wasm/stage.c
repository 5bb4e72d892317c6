/* SPDX-License-Identifier: MIT */
/*
 * Stages of a request's life: what the module did between one and the next, and what is left at the
 * end. It must not know what a request is.
 */
#include "guard.h"

#include "text.h"

#define LINE_SIZE 512

static struct phaselock_stage_counts count(void)
{
	const struct phaselock_stats *counts = &pl_guard.counts;

	return (struct phaselock_stage_counts){
		.live_bytes = (int64_t)(counts->bytes_allocated - counts->bytes_deallocated),
		.allocations = counts->allocations,
		.deallocations = counts->deallocations,
	};
}

/* " (+7)", or nothing where there is nothing to compare with. */
static void add_change(struct pl_text *text, bool known, int64_t change)
{
	if (!known)
		return;
	pl_text_add(text, change < 0 ? " (" : " (+");
	pl_text_add_signed(text, change);
	pl_text_add(text, ")");
}

static void tell(const char *name, const struct phaselock_stage_counts *now,
		 const struct phaselock_stage_counts *before)
{
	static const struct phaselock_stage_counts none;
	const struct phaselock_stage_counts *from = before != NULL ? before : &none;
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_add(&line, "[MEMORY-TRACK] ");
	pl_text_add_name(&line, name);
	pl_text_add(&line, ": bytes_allocated=");
	pl_text_add_signed(&line, now->live_bytes);
	add_change(&line, before != NULL, now->live_bytes - from->live_bytes);
	pl_text_add(&line, ", allocations=");
	pl_text_add_number(&line, now->allocations);
	add_change(&line, before != NULL, (int64_t)(now->allocations - from->allocations));
	pl_text_add(&line, ", deallocations=");
	pl_text_add_number(&line, now->deallocations);
	add_change(&line, before != NULL, (int64_t)(now->deallocations - from->deallocations));
	pl_text_write(&line);
}

static void tell_leak(const char *name, int64_t blocks, int64_t bytes)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer));

	pl_text_add(&line, "[MEMORY-LEAK] Potential leak at ");
	pl_text_add_name(&line, name);
	pl_text_add(&line, ": ");
	pl_text_add_signed(&line, blocks);
	pl_text_add(&line, blocks == 1 ? " net allocation, " : " net allocations, ");
	pl_text_add_signed(&line, bytes);
	pl_text_add(&line, bytes == 1 ? " byte" : " bytes");
	pl_text_add(&line, " potentially leaked");
	pl_text_write(&line);
}

void phaselock_stage_begin(struct phaselock_stage *stage, const char *name)
{
	if (!pl_guard.settings.stages)
		return;
	stage->begin = stage->last = count();
	tell(name, &stage->begin, NULL);
}

void phaselock_stage_mark(struct phaselock_stage *stage, const char *name)
{
	struct phaselock_stage_counts now;

	if (!pl_guard.settings.stages)
		return;
	now = count();
	tell(name, &now, &stage->last);
	stage->last = now;
}

void phaselock_stage_end(struct phaselock_stage *stage, const char *name)
{
	int64_t blocks;

	if (!pl_guard.settings.stages)
		return;
	phaselock_stage_mark(stage, name);
	blocks = (int64_t)(stage->last.allocations - stage->begin.allocations) -
		 (int64_t)(stage->last.deallocations - stage->begin.deallocations);
	if (blocks > 0)
		tell_leak(name, blocks, stage->last.live_bytes - stage->begin.live_bytes);
}
