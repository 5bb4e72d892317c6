/* SPDX-License-Identifier: MIT */
/*
 * What else a record has: statistics; assertions and stages, of which those that are the same to a
 * person are one, in several processes of a program and several records. It must not know how they
 * are written.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "report_record.h"

#include <phaselock/watch.h>

#include <stdlib.h>
#include <string.h>

static char *copy_of(const char *text)
{
	return emit_checked(strdup(text));
}

/* The name of an image's program; "" if it is not known. */
static char *program_of(const struct record *record, uint32_t image)
{
	const char *name = image > 0 ? record->images[image - 1].name : "";

	return emit_checked(strndup(name, image > 0 ? sizeof(record->images[0].name) : 0));
}

struct pl_layout_statistics *report_statistics(const struct pl_layout_image *image)
{
	struct pl_layout_statistics *statistics;

	if (image->has_statistics == 0)
		return NULL;
	statistics = emit_checked(malloc(sizeof(*statistics)));
	*statistics = image->statistics;
	return statistics;
}

/* ---- assertions ------------------------------------------------------------------------------ */

static struct report_check check_of(const struct record *record, const struct pl_layout_check *from)
{
	return (struct report_check){
		.program = program_of(record, from->image),
		.test = copy_of(from->test),
		.name = copy_of(from->name),
		.file = copy_of(from->file),
		.line = from->line,
		.held = from->results[PHASELOCK_HELD],
		.failed = from->results[PHASELOCK_FAILED] + from->results[PHASELOCK_UNARMED],
		.skipped = from->results[PHASELOCK_NOT_JUDGED],
		.message = copy_of(from->message),
	};
}

static void free_check(struct report_check *check)
{
	free(check->program);
	free(check->test);
	free(check->name);
	free(check->file);
	free(check->message);
}

static int compare_checks(const void *a, const void *b)
{
	const struct report_check *x = a, *y = b;
	int order = strcmp(x->program, y->program);

	if (order == 0)
		order = strcmp(x->test, y->test);
	if (order == 0)
		order = strcmp(x->name, y->name);
	if (order == 0)
		order = strcmp(x->file, y->file);
	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void join_check(struct report_check *check, struct report_check *other)
{
	check->held += other->held;
	check->failed += other->failed;
	check->skipped += other->skipped;
	if (check->message[0] == '\0') {
		free(check->message);
		check->message = other->message;
		other->message = NULL;
	}
	free_check(other);
}

static void add_checks(struct report *report, const struct record *record)
{
	size_t kept = 0;

	report->checks =
		emit_checked(realloc(report->checks, (report->check_count + record->check_count +
						      1) * sizeof(*report->checks)));
	for (size_t i = 0; i < record->check_count; i++)
		report->checks[report->check_count++] = check_of(record, &record->checks[i]);
	qsort(report->checks, report->check_count, sizeof(*report->checks), compare_checks);
	for (size_t i = 0; i < report->check_count; i++)
		if (kept > 0 && compare_checks(&report->checks[kept - 1], &report->checks[i]) == 0)
			join_check(&report->checks[kept - 1], &report->checks[i]);
		else
			report->checks[kept++] = report->checks[i];
	report->check_count = kept;
}

/* ---- stages ---------------------------------------------------------------------------------- */

static struct report_stage stage_of(const struct record *record, const struct pl_layout_stage *from)
{
	return (struct report_stage){
		.program = program_of(record, from->image),
		.name = copy_of(from->name),
		.count = from->count,
		.allocations = from->allocations,
		.deallocations = from->deallocations,
		.bytes = from->bytes,
		.leaks = from->leaks,
		.leaked_blocks = from->leaked_blocks,
		.leaked_bytes = from->leaked_bytes,
	};
}

static void free_stage(struct report_stage *stage)
{
	free(stage->program);
	free(stage->name);
}

static int compare_stages(const void *a, const void *b)
{
	const struct report_stage *x = a, *y = b;
	int order = strcmp(x->program, y->program);

	return order != 0 ? order : strcmp(x->name, y->name);
}

/* The numbers need not be true, so they may wrap. */
static int64_t sum(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static void join_stage(struct report_stage *stage, struct report_stage *other)
{
	stage->count += other->count;
	stage->allocations += other->allocations;
	stage->deallocations += other->deallocations;
	stage->bytes = sum(stage->bytes, other->bytes);
	stage->leaks += other->leaks;
	stage->leaked_blocks += other->leaked_blocks;
	stage->leaked_bytes = sum(stage->leaked_bytes, other->leaked_bytes);
	free_stage(other);
}

static void add_stages(struct report *report, const struct record *record)
{
	size_t kept = 0;

	report->stages =
		emit_checked(realloc(report->stages, (report->stage_count + record->stage_count +
						      1) * sizeof(*report->stages)));
	for (size_t i = 0; i < record->stage_count; i++)
		report->stages[report->stage_count++] = stage_of(record, &record->stages[i]);
	qsort(report->stages, report->stage_count, sizeof(*report->stages), compare_stages);
	for (size_t i = 0; i < report->stage_count; i++)
		if (kept > 0 && compare_stages(&report->stages[kept - 1], &report->stages[i]) == 0)
			join_stage(&report->stages[kept - 1], &report->stages[i]);
		else
			report->stages[kept++] = report->stages[i];
	report->stage_count = kept;
}

/* ---- both ------------------------------------------------------------------------------------ */

void report_add_rows(struct report *report, const struct record *record)
{
	add_checks(report, record);
	add_stages(report, record);
	report->checks_lost += record->run.checks_lost;
	report->stages_lost += record->run.stages_lost;
}

void report_free_rows(struct report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		free_check(&report->checks[i]);
	for (size_t i = 0; i < report->stage_count; i++)
		free_stage(&report->stages[i]);
	free(report->checks);
	free(report->stages);
}
