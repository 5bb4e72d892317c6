/* SPDX-License-Identifier: MIT */
/*
 * A report as JSON, by docs/report.schema.json: all that is in it. It must not know of records.
 */
#include "emit.h"
#include "report_json_profile.h"
#include "report_words.h"

#include <inttypes.h>

static json_t *offset_of(const struct report_frame *frame)
{
	char digits[sizeof("0x") + 16];

	snprintf(digits, sizeof(digits), "0x%" PRIx64, frame->offset);
	return json_string(digits);
}

static json_t *frame_of(const struct report_frame *frame)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "function",
			 emit_name(frame->function), "module", emit_name(frame->module), "path",
			 emit_name(frame->path), "file", emit_name(frame->file), "line",
			 frame->line > 0 ? emit_number(frame->line) : json_null(), "offset",
			 offset_of(frame), "inlined", frame->is_inlined);
}

static json_t *frames_of(const struct report_site *site)
{
	json_t *frames = json_array();

	for (size_t i = 0; i < site->frame_count; i++)
		if (json_array_append_new(frames, frame_of(&site->frames[i])) != 0)
			emit_no_memory();
	return frames;
}

static json_t *site_of(const struct report_site *site)
{
	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
			 site->id, "function", emit_name(site->function), "cause",
			 emit_name(site->cause), "rule", report_rule(site)->id, "count",
			 emit_number(site->count), "bytes", emit_number(site->bytes), "first_size",
			 emit_number(site->size), "first_ns", emit_number(site->first_ns),
			 "last_ns", emit_number(site->last_ns), "thread", emit_name(site->thread),
			 "process", emit_number(site->process), "origin",
			 report_origin(site) != NULL ? emit_number(site->origin) : json_null(),
			 "frames", frames_of(site));
}

static json_t *counts_of(const struct report_counts *counts)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "requests", emit_number(counts->requests),
			 "bytes", emit_number(counts->bytes), "frees", emit_number(counts->frees),
			 "permitted", emit_number(counts->permitted), "suppressed",
			 emit_number(counts->suppressed));
}

static json_t *statistics_of(const struct pl_layout_statistics *statistics)
{
	json_t *object;

	if (statistics == NULL)
		return json_null();
	object = emit_checked(json_object());
#define MEMBER(name) json_object_set_new(object, #name, json_integer((json_int_t)statistics->name));
	PL_LAYOUT_STATISTICS(MEMBER)
	return object;
}

static json_t *check_of(const struct report_check *check)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "program",
			 emit_name(check->program), "test", emit_name(check->test), "name",
			 emit_name(check->name), "file", emit_name(check->file), "line",
			 emit_number(check->line), "held", emit_number(check->held), "failed",
			 emit_number(check->failed), "skipped", emit_number(check->skipped),
			 "message", emit_name(check->message));
}

static json_t *stage_of(const struct report_stage *stage)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:I}", "program",
			 emit_name(stage->program), "name", emit_name(stage->name), "count",
			 emit_number(stage->count), "allocations", emit_number(stage->allocations),
			 "deallocations", emit_number(stage->deallocations), "bytes",
			 (json_int_t)stage->bytes, "leaks", emit_number(stage->leaks),
			 "leaked_blocks", emit_number(stage->leaked_blocks), "leaked_bytes",
			 (json_int_t)stage->leaked_bytes);
}

static json_t *process_of(const struct report_process *process)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:{s:o, s:o}}",
			 "id", emit_number(process->id), "parent", emit_number(process->parent),
			 "program", emit_name(process->program), "verdict",
			 report_outcome_name(report_process_outcome(process)), "reason",
			 report_process_reason(process), "began", process->began, "ended",
			 process->ended, "armed", process->is_armed, "locked", process->was_locked,
			 "violations", emit_number(process->violations), "statistics",
			 statistics_of(process->statistics), "counts", "init",
			 counts_of(&process->counts[REPORT_INIT]), "locked",
			 counts_of(&process->counts[REPORT_LOCKED]));
}

static json_t *head_of(const struct report *report)
{
	return json_pack(
		"{s:i, s:o, s:o, s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "version", 1,
		"phaselock", emit_name(report->version), "command", emit_name(report->command),
		"verdict", report_outcome_name(report_outcome(report)), "reason",
		emit_name(report->reason), "status", report->status, "start_s",
		emit_number(report->start_s), "duration_ns",
		report->duration_ns > 0 ? emit_number(report->duration_ns) : json_null(),
		"sites_lost", emit_number(report->sites_lost), "without_site",
		emit_number(report->unplaced), "assertions_lost", emit_number(report->checks_lost),
		"stages_lost", emit_number(report->stages_lost));
}

void report_write_json(const struct report *report, const struct report_options *options, FILE *out)
{
	struct emit_list processes = {.out = out}, sites = {.out = out};
	struct emit_list checks = {.out = out}, stages = {.out = out};

	(void)options;
	fputs("{\n", out);
	emit_members(head_of(report), out);
	fputs(",\n\"processes\":[", out);
	for (size_t i = 0; i < report->process_count; i++)
		emit_element(&processes, process_of(&report->processes[i]));
	fputs("\n],\n\"sites\":[", out);
	for (size_t i = 0; i < report->site_count; i++)
		emit_element(&sites, site_of(&report->sites[i]));
	fputs("\n],\n\"assertions\":[", out);
	for (size_t i = 0; i < report->check_count; i++)
		emit_element(&checks, check_of(&report->checks[i]));
	fputs("\n],\n\"stages\":[", out);
	for (size_t i = 0; i < report->stage_count; i++)
		emit_element(&stages, stage_of(&report->stages[i]));
	fputs("\n],\n\"profile\":", out);
	if (report->profile != NULL)
		report_json_write_profile(report->profile, out);
	else
		fputs("null", out);
	fputs("\n}\n", out);
}
