/* SPDX-License-Identifier: MIT */
/*
 * What a page says of the run itself: the verdict, who was guarded, the violations. It must not
 * know of profiles.
 */
#include "html_page.h"

#include "emit.h"
#include "report_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the head -------------------------------------------------------------------------------- */

/* Of a run that was only recorded nobody asks for a verdict. */
static bool is_recorded(const struct report *report)
{
	return strcmp(report->verdict, "recorded") == 0;
}

static json_t *remarks_of(const struct report *report)
{
	struct report_remark remarks[REPORT_REMARKS];
	json_t *texts = json_array();
	size_t count = is_recorded(report) ? 0 : report_remarks(report, remarks);

	for (size_t i = 0; i < count; i++) {
		/* Quoted already. */
		if (json_array_append_new(texts, json_string(remarks[i].text)) != 0)
			emit_no_memory();
		free(remarks[i].text);
	}
	return texts;
}

static void write_head(const struct html_page *page)
{
	const struct report *report = page->report;
	const char *verdict =
		is_recorded(report) ? "recorded" : report_outcome_name(report_outcome(report));

	emit_members(json_pack("{s:i, s:o, s:o, s:s, s:o, s:i, s:o, s:o, s:b, s:o}", "version", 1,
			       "phaselock", emit_name(report->version), "command",
			       emit_name(report->command), "verdict", verdict, "reason",
			       emit_name(report->reason), "status", report->status, "start_s",
			       emit_number(report->start_s), "remarks", remarks_of(report),
			       "has_old", page->old != NULL, "old_command",
			       emit_name(page->old != NULL ? page->old->command : NULL)),
		     page->out);
	fputs(",\n", page->out);
}

/* ---- processes ------------------------------------------------------------------------------- */

struct process {
	uint64_t id, parent, program, verdict, began, ended, armed, locked, violations;
	uint64_t init_requests, init_bytes, locked_requests, locked_bytes, left_out;
};

static struct process process_of(struct html_page *page, const struct report_process *from)
{
	const char *verdict = report_outcome_name(report_process_outcome(from));
	const struct report_counts *init = &from->counts[REPORT_INIT];
	const struct report_counts *locked = &from->counts[REPORT_LOCKED];

	return (struct process){
		.id = from->id,
		.parent = from->parent,
		.program = html_name(&page->names, from->program),
		.verdict = html_name(&page->names, verdict),
		.began = html_name(&page->names, from->began),
		.ended = html_name(&page->names, from->ended),
		.armed = from->is_armed,
		.locked = from->was_locked,
		.violations = from->violations,
		.init_requests = init->requests,
		.init_bytes = init->bytes,
		.locked_requests = locked->requests,
		.locked_bytes = locked->bytes,
	};
}

static void add_process(struct process *rest, const struct report_process *from)
{
	rest->violations += from->violations;
	rest->init_requests += from->counts[REPORT_INIT].requests;
	rest->init_bytes += from->counts[REPORT_INIT].bytes;
	rest->locked_requests += from->counts[REPORT_LOCKED].requests;
	rest->locked_bytes += from->counts[REPORT_LOCKED].bytes;
	rest->left_out++;
}

static void write_processes(struct html_page *page)
{
	static const struct html_column columns[] = {
		{"id", offsetof(struct process, id)},
		{"parent", offsetof(struct process, parent)},
		{"program", offsetof(struct process, program)},
		{"verdict", offsetof(struct process, verdict)},
		{"began", offsetof(struct process, began)},
		{"ended", offsetof(struct process, ended)},
		{"armed", offsetof(struct process, armed)},
		{"locked", offsetof(struct process, locked)},
		{"violations", offsetof(struct process, violations)},
		{"init_requests", offsetof(struct process, init_requests)},
		{"init_bytes", offsetof(struct process, init_bytes)},
		{"locked_requests", offsetof(struct process, locked_requests)},
		{"locked_bytes", offsetof(struct process, locked_bytes)},
		{"left_out", offsetof(struct process, left_out)},
	};
	const struct report *report = page->report;
	size_t shown = report->process_count < page->limits.processes ? report->process_count
								      : page->limits.processes;
	struct process *processes = emit_checked(calloc(shown + 1, sizeof(*processes)));

	for (size_t i = 0; i < report->process_count; i++)
		if (i < shown)
			processes[i] = process_of(page, &report->processes[i]);
		else
			add_process(&processes[shown], &report->processes[i]);
	html_columns_write("processes", columns, COUNT_OF(columns), processes, sizeof(*processes),
			   shown + (processes[shown].left_out > 0), page->out);
	free(processes);
}

/* ---- violations ------------------------------------------------------------------------------ */

/* Its stack is a piece of the list of all stacks' frames. */
struct violation {
	uint64_t id, function, cause, count, bytes, first_ns, last_ns, thread;
	uint64_t stack, depth, origin, left_out;
};

static struct violation violation_of(struct html_page *page, const struct report_site *from)
{
	return (struct violation){
		.id = html_name(&page->names, from->id),
		.function = html_name(&page->names, from->function),
		.cause = html_name(&page->names, from->cause),
		.count = from->count,
		.bytes = from->bytes,
		.first_ns = from->first_ns,
		.last_ns = from->last_ns,
		.thread = html_name(&page->names, from->thread),
		.depth = from->frame_count,
		.origin = from->origin,
	};
}

static void write_violations(struct html_page *page)
{
	static const struct html_column columns[] = {
		{"id", offsetof(struct violation, id)},
		{"function", offsetof(struct violation, function)},
		{"cause", offsetof(struct violation, cause)},
		{"count", offsetof(struct violation, count)},
		{"bytes", offsetof(struct violation, bytes)},
		{"first_ns", offsetof(struct violation, first_ns)},
		{"last_ns", offsetof(struct violation, last_ns)},
		{"thread", offsetof(struct violation, thread)},
		{"stack", offsetof(struct violation, stack)},
		{"depth", offsetof(struct violation, depth)},
		{"origin", offsetof(struct violation, origin)},
		{"left_out", offsetof(struct violation, left_out)},
	};
	const struct report *report = page->report;
	size_t shown = report->site_count < page->limits.violations ? report->site_count
								    : page->limits.violations;
	struct violation *violations = emit_checked(calloc(shown + 1, sizeof(*violations)));
	uint64_t frames = 0;

	fputs("\"stacks\":[", page->out);
	for (size_t i = 0; i < shown; i++) {
		const struct report_site *site = &report->sites[i];

		violations[i] = violation_of(page, site);
		violations[i].stack = frames;
		for (size_t j = 0; j < site->frame_count; j++)
			fprintf(page->out, "%s%" PRIu64, frames++ > 0 ? "," : "",
				html_frame(&page->names, &site->frames[j]));
	}
	fputs("],\n", page->out);
	for (size_t i = shown; i < report->site_count; i++) {
		violations[shown].count += report->sites[i].count;
		violations[shown].bytes += report->sites[i].bytes;
		violations[shown].left_out++;
	}
	html_columns_write("violations", columns, COUNT_OF(columns), violations,
			   sizeof(*violations), shown + (violations[shown].left_out > 0),
			   page->out);
	free(violations);
}

void html_write_report(struct html_page *page)
{
	write_head(page);
	write_processes(page);
	write_violations(page);
}
