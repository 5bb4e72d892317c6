/* SPDX-License-Identifier: MIT */
/*
 * Each site with its whole stack. It must not know how wide a screen is.
 */
#include "screen_line.h"

#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>

static void print_frame(FILE *out, const struct report_frame *frame, size_t number)
{
	fprintf(out, "    #%zu ", number);
	escape_write(frame->function != NULL ? frame->function : "??", out);
	if (frame->module != NULL) {
		fputs(" (", out);
		escape_write(frame->module, out);
		if (!frame->is_inlined)
			fprintf(out, "+0x%" PRIx64, frame->offset);
		fputc(')', out);
	} else {
		fprintf(out, " (0x%" PRIx64 ")", frame->offset);
	}
	if (frame->file != NULL) {
		fputc(' ', out);
		escape_write(frame->file, out);
		fprintf(out, ":%u", frame->line);
	}
	fputs(frame->is_inlined ? " (inlined)\n" : "\n", out);
}

static void print_site(FILE *out, const struct report_site *site,
		       const struct screen_options *options)
{
	size_t depth = screen_depth(site), number = 0;
	char bytes[SCREEN_BYTES_SIZE];

	screen_style(out, options, SCREEN_BOLD);
	fprintf(out, "  %" PRIu64 " x ", site->count);
	escape_write(site->function, out);
	screen_style(out, options, SCREEN_PLAIN);
	fprintf(out, "  %s  ", screen_bytes(site->bytes, bytes));
	escape_write(site->id, out);
	if (site->thread != NULL) {
		fputs("  thread \"", out);
		escape_write(site->thread, out);
		fputc('"', out);
	}
	fputc('\n', out);
	for (size_t i = 0; i < depth; i++) {
		print_frame(out, &site->frames[i], number);
		number += !site->frames[i].is_inlined;
	}
}

bool screen_print_full(FILE *out, const struct report *report, const struct screen_options *options)
{
	struct group_rows rows;
	size_t shown;
	uint64_t violations = 0;

	if (!group_rows(report, GROUP_SITES, options->order, &rows))
		return false;
	shown = options->top > 0 && options->top < rows.count ? options->top : rows.count;
	for (size_t i = 0; i < shown; i++)
		print_site(out, rows.rows[i].site, options);
	for (size_t i = shown; i < rows.count; i++)
		violations += rows.rows[i].count;
	if (shown < rows.count)
		screen_print_rest(out, rows.count - shown, violations);
	if (report->sites_lost > 0)
		screen_print_lost(out, report->sites_lost);
	group_rows_free(&rows);
	return true;
}
