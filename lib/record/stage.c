/* SPDX-License-Identifier: MIT */
/*
 * Stages of a request's life: what the thread did between two stages, and what is left at the end.
 * They are told, by a line each, and are in the record, by their names. It must not know what a
 * request is. lib/report/sink.c writes each line by one write.
 */
#include "record/stage.h"

#include "common/channel.h"
#include "common/format.h"
#include "common/settings.h"
#include "common/sized.h"
#include "record/image.h"
#include "record/keyed.h"
#include "common/usdt.h"
#include "report/sink.h"

#include <phaselock/phaselock.h>

#include <string.h>

#define LINE_SIZE 512

void pl_stage_configure(bool on)
{
	pl_settings.stages_are_told = on;
}

static struct phaselock_stage_counts count(void)
{
	struct phaselock_stats stats;

	phaselock_get_thread_stats(&stats, sizeof(stats));
	return (struct phaselock_stage_counts){
		.live_bytes = (int64_t)(stats.bytes_allocated - stats.bytes_deallocated),
		.allocations = stats.allocations,
		.deallocations = stats.deallocations,
	};
}

static void fire(const char *name, const struct phaselock_stage_counts *now)
{
	PL_USDT(stage, (name, now->live_bytes, now->allocations));
}

/* Stages are not told: a tracer may still want to know of one. */
static void pass(const char *name)
{
	if (PL_USDT_IS_WANTED(stage)) {
		struct phaselock_stage_counts now = count();

		fire(name, &now);
	}
}

static void append_signed(struct pl_text *text, int64_t number)
{
	pl_text_append(text, "%s%lu", number < 0 ? "-" : "",
		       number < 0 ? -(uint64_t)number : (uint64_t)number);
}

/* " (+7)", or nothing where there is nothing to compare with. */
static void append_change(struct pl_text *text, bool known, int64_t change)
{
	if (!known)
		return;
	pl_text_append(text, change < 0 ? " (" : " (+");
	append_signed(text, change);
	pl_text_append(text, ")");
}

static void write_line(struct pl_text *line)
{
	line->capacity++; /* room was kept for the newline */
	pl_text_append(line, "\n");
	pl_sink_write(line, PL_SINK_WHOLE);
}

/* The stage in the record; NULL if there is none, or no room. */
static struct pl_layout_stage *find(const char *name)
{
	struct pl_layout *record = pl_channel_record();
	struct pl_layout_stage stage = {.image = pl_image_number()}, *found;

	if (record == NULL)
		return NULL;
	strncpy(stage.name, name, sizeof(stage.name) - 1);
	found = pl_keyed_find(record->stages, PL_LAYOUT_STAGES, sizeof(stage), &stage,
			      offsetof(struct pl_layout_stage, count));
	if (found == NULL)
		atomic_fetch_add_explicit(&record->stages_lost, 1, memory_order_relaxed);
	return found;
}

#define ADD(field, n) atomic_fetch_add_explicit(&(field), n, memory_order_relaxed)

static void write_stage(const char *name, const struct phaselock_stage_counts *now,
			const struct phaselock_stage_counts *before)
{
	struct pl_layout_stage *stage = find(name);

	if (stage == NULL)
		return;
	ADD(pl_channel_record()->stages_told, 1);
	ADD(stage->count, 1);
	if (before == NULL)
		return;
	ADD(stage->allocations, now->allocations - before->allocations);
	ADD(stage->deallocations, now->deallocations - before->deallocations);
	ADD(stage->bytes, now->live_bytes - before->live_bytes);
}

static void write_leak(const char *name, int64_t blocks, int64_t bytes)
{
	struct pl_layout_stage *stage = find(name);

	if (stage == NULL)
		return;
	ADD(stage->leaks, 1);
	ADD(stage->leaked_blocks, (uint64_t)blocks);
	ADD(stage->leaked_bytes, bytes);
}

static void tell(const char *name, const struct phaselock_stage_counts *now,
		 const struct phaselock_stage_counts *before)
{
	static const struct phaselock_stage_counts none;
	const struct phaselock_stage_counts *from = before != NULL ? before : &none;
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer) - 1);

	write_stage(name, now, before);
	fire(name, now);
	pl_text_append(&line, "[MEMORY-TRACK] ");
	pl_text_quote(&line, name);
	pl_text_append(&line, ": bytes_allocated=");
	append_signed(&line, now->live_bytes);
	append_change(&line, before != NULL, now->live_bytes - from->live_bytes);
	pl_text_append(&line, ", allocations=%lu", now->allocations);
	append_change(&line, before != NULL, (int64_t)(now->allocations - from->allocations));
	pl_text_append(&line, ", deallocations=%lu", now->deallocations);
	append_change(&line, before != NULL, (int64_t)(now->deallocations - from->deallocations));
	write_line(&line);
}

static void tell_leak(const char *name, int64_t blocks, int64_t bytes)
{
	char buffer[LINE_SIZE];
	struct pl_text line = pl_text_in(buffer, sizeof(buffer) - 1);

	write_leak(name, blocks, bytes);
	pl_text_append(&line, "[MEMORY-LEAK] Potential leak at ");
	pl_text_quote(&line, name);
	pl_text_append(&line, ": %lu net allocation%s, ", (uint64_t)blocks, blocks == 1 ? "" : "s");
	append_signed(&line, bytes);
	pl_text_append(&line, " byte%s potentially leaked", bytes == 1 ? "" : "s");
	write_line(&line);
}

void phaselock_stage_begin_sized(struct phaselock_stage *stage, const char *name, size_t size)
{
	struct phaselock_stage own = {.last = {0}};

	if (!pl_settings.stages_are_told) {
		pass(name);
		return;
	}
	own.begin = own.last = count();
	tell(name, &own.begin, NULL);
	pl_sized_copy(stage, size, &own, sizeof(own));
}

/* Returns the stage with its newest counts. */
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
	if (pl_settings.stages_are_told)
		mark(stage, name, size);
	else
		pass(name);
}

void phaselock_stage_end_sized(struct phaselock_stage *stage, const char *name, size_t size)
{
	struct phaselock_stage own;
	int64_t blocks;

	if (!pl_settings.stages_are_told) {
		pass(name);
		return;
	}
	own = mark(stage, name, size);
	blocks = (int64_t)(own.last.allocations - own.begin.allocations) -
		 (int64_t)(own.last.deallocations - own.begin.deallocations);
	if (blocks > 0)
		tell_leak(name, blocks, own.last.live_bytes - own.begin.live_bytes);
}
