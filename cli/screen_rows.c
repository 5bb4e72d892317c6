/* SPDX-License-Identifier: MIT */
/* Assertions that failed, and stages: a line each. It must not know how wide a screen is. */
#include "screen_line.h"

#include "escape.h"

#include <inttypes.h>

static void print_failed(FILE *out, const struct report_check *check)
{
	fprintf(out, "  %" PRIu64 " of %" PRIu64 " failed: ", check->failed,
		check->failed + check->held);
	escape_write(check->message[0] != '\0' ? check->message : check->name, out);
	if (check->test[0] != '\0') {
		fputs(", in ", out);
		escape_write(check->test, out);
	}
	if (check->file[0] != '\0') {
		fputs(" (", out);
		escape_write(check->file, out);
		fprintf(out, ":%u)", check->line);
	}
	fputc('\n', out);
}

static void print_stage(FILE *out, const struct report_stage *stage)
{
	fputs("  stage ", out);
	escape_write(stage->name, out);
	fprintf(out, " (");
	escape_write(stage->program, out);
	fprintf(out,
		"): %" PRIu64 " x, %" PRIu64 " allocations, %" PRIu64
		" deallocations, live memory %+" PRId64 " B",
		stage->count, stage->allocations, stage->deallocations, stage->bytes);
	if (stage->leaks > 0)
		fprintf(out, "; %" PRIu64 " blocks, %" PRId64 " B, leaked by %" PRIu64 " of them",
			stage->leaked_blocks, stage->leaked_bytes, stage->leaks);
	fputc('\n', out);
}

void screen_print_rows(FILE *out, const struct report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (report->checks[i].failed > 0)
			print_failed(out, &report->checks[i]);
	if (report->checks_lost > 0)
		fprintf(out, "  %" PRIu64 " results of assertions found no room in the record\n",
			report->checks_lost);
	for (size_t i = 0; i < report->stage_count; i++)
		print_stage(out, &report->stages[i]);
	if (report->stages_lost > 0)
		fprintf(out, "  %" PRIu64 " stages found no room in the record\n",
			report->stages_lost);
}
