/* SPDX-License-Identifier: MIT */
/*
 * A report as the summary of a job at GitHub: the verdict, a tick or a cross for each program, the
 * sites, and their call stacks behind a click. GitHub drops a summary of more than 1,024 KiB as a
 * whole, so it is cut, and says so. It must not know of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "escape.h"
#include "report_programs.h"
#include "report_spot.h"

#include "common/quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SUMMARY_MAX ((size_t)1024 * 1024 - 1)
/* Room kept free to say what was left out. */
#define REMAINDER_MAX 1024
/* How far the tables of programs and of sites may go; call stacks get the rest. */
#define PROGRAMS_MAX (SUMMARY_MAX / 4)
#define SITES_MAX (SUMMARY_MAX / 4 * 3)
/* The most bytes of a name; C++ has names that fill a page. */
#define NAME_MAX_BYTES 256

struct summary {
	FILE *out;
	size_t used;
};

/* One row, or another piece that is written as a whole or not at all. */
struct piece {
	char *text;
	size_t length;
	FILE *out;
};

static void begin(struct piece *piece)
{
	piece->out = emit_text(&piece->text, &piece->length);
}

/* Writes the piece unless that makes more than `most`. Returns whether it did. */
static bool end(struct piece *piece, struct summary *summary, size_t most)
{
	bool fits;

	emit_text_end(piece->out);
	fits = summary->used + piece->length <= most;
	if (fits) {
		fwrite(piece->text, 1, piece->length, summary->out);
		summary->used += piece->length;
	}
	free(piece->text);
	return fits;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Writes a name as code; cuts a long one behind a whole character. */
static void write_name(const char *name, FILE *out)
{
	size_t length = strlen(name), kept = 0;
	char *part;

	while (kept < length && kept < NAME_MAX_BYTES) {
		size_t plain = pl_quote_plain(name + kept, length - kept);

		kept += plain > 0 ? plain : 1;
	}
	part = emit_checked(strndup(name, kept));
	escape_write_code(part, out);
	fputs(kept < length ? "…" : "", out);
	free(part);
}

static void write_line(const struct report_frame *frame, const struct report_options *options,
		       FILE *out)
{
	struct report_spot spot;

	if (!report_has_file(frame))
		return;
	spot = report_spot_of_frame(frame, options);
	write_name(spot.path, out);
	if (frame->line > 0)
		fprintf(out, ":%u", frame->line);
	free(spot.path);
}

static void write_function(const struct report_frame *frame, FILE *out)
{
	if (frame->function != NULL) {
		write_name(frame->function, out);
		return;
	}
	if (frame->module != NULL)
		write_name(frame->module, out);
	fprintf(out, "+0x%" PRIx64, frame->offset);
}

static const char *mark_of(enum report_outcome outcome)
{
	static const char *const marks[] = {
		[REPORT_PASS] = "✓", [REPORT_FAIL] = "✗", [REPORT_NOT_CHECKED] = "not checked"};

	return marks[outcome];
}

/* ---- what is in it --------------------------------------------------------------------------- */

static void write_head(const struct report *report, struct summary *summary)
{
	enum report_outcome outcome = report_outcome(report);
	struct piece piece;

	begin(&piece);
	fprintf(piece.out,
		"## phaselock: %s%s\n\n| Command | Status | Seconds | Reason |\n"
		"|---|--:|--:|---|\n| ",
		outcome == REPORT_PASS	 ? "✓ "
		: outcome == REPORT_FAIL ? "✗ "
					 : "",
		report_outcome_name(outcome));
	write_name(report->command, piece.out);
	fprintf(piece.out, " | %d | ", report->status);
	if (report->duration_ns > 0)
		fprintf(piece.out, "%" PRIu64 ".%02u", report->duration_ns / 1000000000,
			(unsigned)(report->duration_ns / 10000000 % 100));
	fputs(" | ", piece.out);
	write_name(report->reason, piece.out);
	fputs(" |\n", piece.out);
	end(&piece, summary, SUMMARY_MAX);
}

static void write_program(const struct report_program *program, FILE *out)
{
	fprintf(out, "| %s", mark_of(program->outcome));
	if (program->outcome != REPORT_PASS && program->processes > 1)
		fprintf(out, " in %zu of %zu", program->with[program->outcome], program->processes);
	if (program->not_armed > 0)
		fprintf(out, ", not armed: %zu", program->not_armed);
	if (program->never_locked > 0)
		fprintf(out, ", never locked: %zu", program->never_locked);
	fputs(" | ", out);
	write_name(program->name, out);
	fprintf(out, " | %zu | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " |\n", program->processes,
		program->violations, program->init_requests, program->locked_requests);
}

static void write_programs(const struct report *report, struct summary *summary)
{
	struct report_program *programs;
	size_t count = report_programs(report, &programs), done = 0;
	struct piece piece;
	bool fits = true;

	begin(&piece);
	fputs("\n| | Program | Processes | Violations | Requests before the lock | While locked |\n"
	      "|---|---|--:|--:|--:|--:|\n",
	      piece.out);
	end(&piece, summary, SUMMARY_MAX);
	while (fits && done < count) {
		begin(&piece);
		write_program(&programs[done], piece.out);
		fits = end(&piece, summary, PROGRAMS_MAX);
		done += fits;
	}
	free(programs);
	begin(&piece);
	if (done < count)
		fprintf(piece.out, "\nA summary holds 1,024 KiB: %zu more programs are left out.\n",
			count - done);
	end(&piece, summary, SUMMARY_MAX);
}

static void write_site(const struct report_site *site, const struct report_options *options,
		       FILE *out)
{
	const struct report_frame *origin = report_origin(site);

	fprintf(out, "| %" PRIu64 " | %" PRIu64 " | ", site->count, site->bytes);
	write_name(site->function, out);
	fputs(" | ", out);
	if (origin != NULL)
		write_function(origin, out);
	fputs(" | ", out);
	if (origin != NULL)
		write_line(origin, options, out);
	fputs(" | ", out);
	write_name(site->thread, out);
	fprintf(out, " | %s | `%s` |\n", report_rule(site)->id, site->id);
}

/* Returns how many sites had room. */
static size_t write_sites(const struct report *report, const struct report_options *options,
			  struct summary *summary)
{
	struct piece piece;
	size_t done = 0;
	bool fits = true;

	begin(&piece);
	fputs("\n| Violations | Bytes | Request | In | Line | Thread | Rule | Site |\n"
	      "|--:|--:|---|---|---|---|---|---|\n",
	      piece.out);
	end(&piece, summary, SUMMARY_MAX);
	while (fits && done < report->site_count) {
		begin(&piece);
		write_site(&report->sites[done], options, piece.out);
		fits = end(&piece, summary, SITES_MAX);
		done += fits;
	}
	return done;
}

/* Each line of the block begins with a number: no name can end it. */
static void write_stack(const struct report_site *site, FILE *out)
{
	if (site->frame_count == 0)
		return;
	fprintf(out, "\n<details><summary>Call stack of <code>%s</code></summary>\n\n```text\n",
		site->id);
	report_write_stack(site, out);
	fputs("```\n\n</details>\n", out);
}

static size_t write_stacks(const struct report *report, size_t count, struct summary *summary)
{
	struct piece piece;
	size_t done = 0;
	bool fits = true;

	while (fits && done < count) {
		begin(&piece);
		write_stack(&report->sites[done], piece.out);
		fits = end(&piece, summary, SUMMARY_MAX - REMAINDER_MAX);
		done += fits;
	}
	return done;
}

static void write_rest(const struct report *report, size_t sites, size_t stacks,
		       struct summary *summary)
{
	char *lost = report->sites_lost > 0 ? report_lost(report) : NULL;
	struct piece piece;

	begin(&piece);
	if (lost != NULL)
		fprintf(piece.out, "\nThere are more %s.\n", lost);
	if (stacks < report->site_count)
		fprintf(piece.out,
			"\nA summary holds 1,024 KiB: of %zu sites, %zu are left out, and the call "
			"stacks of %zu.\n",
			report->site_count, report->site_count - sites,
			report->site_count - stacks);
	end(&piece, summary, SUMMARY_MAX);
	free(lost);
}

void report_write_markdown(const struct report *report, const struct report_options *options,
			   FILE *out)
{
	struct summary summary = {out, 0};
	size_t sites = 0, stacks = 0;

	write_head(report, &summary);
	if (report->process_count > 0)
		write_programs(report, &summary);
	if (report->site_count > 0) {
		sites = write_sites(report, options, &summary);
		stacks = write_stacks(report, sites, &summary);
	}
	write_rest(report, sites, stacks, &summary);
}
