/* SPDX-License-Identifier: MIT */
/*
 * Stages of a request's life: prints what the module did from one stage to the next, and what is
 * left at the end. It must not know what a request is.
 */
#include "guard.h"

#include "sized.h"
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

void phaselock_stage_begin_sized(struct phaselock_stage *stage, const char *name, size_t size)
{
	struct phaselock_stage own = {.last = {0}};

	if (!pl_guard.settings.stages)
		return;
	own.begin = own.last = count();
	tell(name, &own.begin, NULL);
	pl_sized_copy(stage, size, &own, sizeof(own));
}

/* Prints a stage and returns its structure with the current counts. */
static struct phaselock_stage mark(struct phaselock_stage *stage, const char *name, size_t size)
{
	struct phaselock_stage_counts now = count();
	struct phaselock_stage own;

	pl_sized_copy(&own, sizeof(own), stage, size);
	tell(name, &now, &own.last);
	own.last = now;
	pl_sized_copy(stage, size, &own, sizeof(own));
	return own;
}

void phaselock_stage_mark_sized(struct phaselock_stage *stage, const char *name, size_t size)
{
	if (pl_guard.settings.stages)
		mark(stage, name, size);
}

void phaselock_stage_end_sized(struct phaselock_stage *stage, const char *name, size_t size)
{
	struct phaselock_stage own;
	int64_t blocks;

	if (!pl_guard.settings.stages)
		return;
	own = mark(stage, name, size);
	blocks = (int64_t)(own.last.allocations - own.begin.allocations) -
		 (int64_t)(own.last.deallocations - own.begin.deallocations);
	if (blocks > 0)
		tell_leak(name, blocks, own.last.live_bytes - own.begin.live_bytes);
}
