/* SPDX-License-Identifier: MIT */
/*
 * A profile as a table of tab-separated columns: a line for each site and phase, and one before
 * them with the names of the columns. It must not know of records.
 */
#define _GNU_SOURCE
#include "escape.h"
#include "profile_view.h"
#include "report.h"

#include <inttypes.h>

/* In a quoted name there is no tab. */
static void write_name(const char *name, FILE *out)
{
	escape_write(name != NULL ? name : "", out);
	fputc('\t', out);
}

static void write_site(const struct profile_view *view, const struct view_site *site,
		       enum report_phase phase, FILE *out)
{
	static const struct report_frame none;
	const struct report_frame *origin =
		site->origin != VIEW_NONE ? view_frame_of(view, site->origin) : &none;
	const struct view_figures *figures = &site->figures[phase];
	const uint64_t numbers[] = {
		figures->requests,    figures->bytes,		figures->frees,
		figures->freed_bytes, figures->frees_locked,	figures->live_blocks,
		figures->live_bytes,  figures->peak_blocks,	figures->peak_bytes,
		figures->temporary,   figures->temporary_bytes, figures->lifetime_ns,
		figures->first_ns,    figures->last_ns,
	};

	fprintf(out, "%s\t%s\t%s\t", site->id, view_phase_name(phase),
		view_entry_name(site->entry));
	write_name(origin->function, out);
	write_name(origin->module, out);
	write_name(origin->file, out);
	fprintf(out, "%u\t%u", origin->line, site->stacks);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		fprintf(out, "\t%" PRIu64, numbers[i]);
	fputc('\n', out);
}

void report_write_table(const struct report *report, const struct report_options *options,
			FILE *out)
{
	const struct profile_view *view = report->profile;
	struct view_groups groups =
		view_group_rows(view, VIEW_BY_SITE, (enum view_measure)options->measure);

	fputs("site\tphase\tentry\tfunction\tmodule\tfile\tline\tstacks\trequests\tbytes\tfrees\t"
	      "freed_bytes\tfrees_locked\tlive_blocks\tlive_bytes\tpeak_blocks\tpeak_bytes\t"
	      "temporary\ttemporary_bytes\tlifetime_ns\tfirst_ns\tlast_ns\n",
	      out);
	for (size_t i = 0; i < groups.count; i++) {
		const struct view_site *site = &view->sites[groups.groups[i].site];

		for (int phase = REPORT_PHASES; phase-- > 0;)
			if (site->figures[phase].requests > 0)
				write_site(view, site, (enum report_phase)phase, out);
	}
	view_groups_free(&groups);
}
