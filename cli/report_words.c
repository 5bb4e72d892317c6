/* SPDX-License-Identifier: MIT */
/*
 * The words of a report. It must not know of the form that they stand in.
 */
#define _GNU_SOURCE
#include "report_words.h"

#include "emit.h"
#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum rule { RULE_PHASE, RULE_FORBID, RULE_SEAL, RULE_HOT, RULE_VERDICT, RULE_LOST };

const struct report_rule report_rules[REPORT_RULES] = {
	[RULE_PHASE] = {"heap-request-while-locked", "HeapRequestWhileLocked",
			"A heap request was made while allocations were locked.",
			"Allocate before lock_allocations(), or put the request into a permit "
			"scope or a suppression if it is meant.",
			"major"},
	[RULE_FORBID] = {"heap-request-in-forbid-scope", "HeapRequestInForbidScope",
			 "A heap request was made inside a forbid scope.",
			 "Allocate before the scope begins, or put the request into a permit scope "
			 "or a suppression if it is meant.",
			 "major"},
	[RULE_SEAL] = {"unlock-of-sealed-allocations", "UnlockOfSealedAllocations",
		       "Allocations were sealed, and something tried to unlock them.",
		       "Sealed allocations stay locked until the process ends: remove the call.",
		       "critical"},
	[RULE_HOT] = {"allocation-in-hot-function", "AllocationInHotFunction",
		      "A heap request was made under a function that must not allocate.",
		      "Allocate before the function is called, or put the request into a permit "
		      "scope or a suppression if it is meant.",
		      "major"},
	[RULE_VERDICT] = {"heap-not-checked", "HeapNotChecked",
			  "The run does not show that the program keeps the rule.",
			  "The reason is in the message. Nothing passes that was not armed and "
			  "locked.",
			  "blocker"},
	[RULE_LOST] = {"heap-sites-not-kept", "HeapSitesNotKept",
		       "There were more sites of violations than the record has room for.",
		       "Cure the sites that are reported, and run again.", "major"},
};

/* By the cause of a site, as the library's own reports have it. */
static const struct {
	const char *cause;
	enum rule rule;
	const char *words;
} causes[] = {
	{"phase", RULE_PHASE, "while allocations are locked"},
	{"forbid", RULE_FORBID, "inside a forbid scope"},
	{"seal", RULE_SEAL, "of sealed allocations"},
	{"hot", RULE_HOT, "in a function that must not allocate"},
};

/* Returns an index of that table. */
static size_t find_cause(const struct report_site *site)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (strcmp(causes[i].cause, site->cause) == 0)
			return i;
	return 0;
}

const struct report_rule *report_rule(const struct report_site *site)
{
	return &report_rules[causes[find_cause(site)].rule];
}

enum report_outcome report_outcome(const struct report *report)
{
	if (strcmp(report->verdict, "PASS") == 0)
		return REPORT_PASS;
	return strcmp(report->verdict, "FAIL") == 0 ? REPORT_FAIL : REPORT_NOT_CHECKED;
}

enum report_outcome report_process_outcome(const struct report_process *process)
{
	if (process->violations > 0)
		return REPORT_FAIL;
	return process->is_armed && process->was_locked ? REPORT_PASS : REPORT_NOT_CHECKED;
}

const char *report_process_reason(const struct report_process *process)
{
	if (process->violations > 0)
		return "violations";
	if (!process->is_armed)
		return "not armed";
	return process->was_locked ? "" : "never locked";
}

const char *report_outcome_name(enum report_outcome outcome)
{
	static const char *const names[] = {[REPORT_PASS] = "PASS",
					    [REPORT_FAIL] = "FAIL",
					    [REPORT_NOT_CHECKED] = "not checked"};

	return names[outcome];
}

const struct report_frame *report_origin(const struct report_site *site)
{
	return site->origin < site->frame_count ? &site->frames[site->origin] : NULL;
}

/* ---- texts ----------------------------------------------------------------------------------- */

static char *verdict_text(const struct report *report)
{
	char *text;
	size_t length;
	FILE *out = emit_text(&text, &length);

	if (*report->verdict == '\0')
		fputs("not checked: the record ends before the run does", out);
	else
		fputs(report_outcome_name(report_outcome(report)), out);
	if (*report->reason != '\0') {
		fputs(": ", out);
		escape_write(report->reason, out);
	}
	emit_text_end(out);
	return text;
}

char *report_lost(const struct report *report)
{
	char *text;

	if (asprintf(&text, "violations at sites that found no room in the record: %" PRIu64,
		     report->sites_lost) < 0)
		emit_no_memory();
	return text;
}

size_t report_remarks(const struct report *report, struct report_remark remarks[REPORT_REMARKS])
{
	enum report_outcome outcome = report_outcome(report);
	size_t count = 0;

	if (outcome == REPORT_NOT_CHECKED ||
	    (outcome == REPORT_FAIL && report->site_count == 0 && report->sites_lost == 0))
		remarks[count++] =
			(struct report_remark){&report_rules[RULE_VERDICT], verdict_text(report)};
	if (report->sites_lost > 0)
		remarks[count++] =
			(struct report_remark){&report_rules[RULE_LOST], report_lost(report)};
	return count;
}

static void write_function(const struct report_frame *frame, FILE *out)
{
	if (frame->function != NULL) {
		escape_write(frame->function, out);
		return;
	}
	if (frame->module != NULL) {
		escape_write(frame->module, out);
		putc('+', out);
	}
	fprintf(out, "0x%" PRIx64, frame->offset);
}

/* `file`: what is said of the source file, if it is known. */
static void write_place(const struct report_frame *frame, const char *file, FILE *out)
{
	write_function(frame, out);
	if (file == NULL)
		return;
	fputs(" (", out);
	escape_write(file, out);
	if (frame->line > 0)
		fprintf(out, ":%u", frame->line);
	putc(')', out);
}

void report_write_place(const struct report_frame *frame, FILE *out)
{
	const char *folder = frame->file != NULL ? strrchr(frame->file, '/') : NULL;

	write_place(frame, folder != NULL ? folder + 1 : frame->file, out);
}

char *report_title(const struct report_site *site)
{
	const struct report_frame *origin = report_origin(site);
	char *text;
	size_t length;
	FILE *out = emit_text(&text, &length);

	escape_write(site->function, out);
	fprintf(out, " %s", causes[find_cause(site)].words);
	if (origin != NULL) {
		fputs(", in ", out);
		report_write_place(origin, out);
	}
	emit_text_end(out);
	return text;
}

void report_write_stack(const struct report_site *site, FILE *out)
{
	for (size_t i = 0; i < site->frame_count; i++) {
		const struct report_frame *frame = &site->frames[i];

		fprintf(out, "#%zu ", i);
		write_place(frame, frame->file, out);
		if (frame->is_inlined) {
			fputs(" [inlined]", out);
		} else if (frame->module != NULL && frame->function != NULL) {
			fputs(" [", out);
			escape_write(frame->module, out);
			fprintf(out, "+0x%" PRIx64 "]", frame->offset);
		}
		putc('\n', out);
	}
}
