/* SPDX-License-Identifier: MIT */
/*
 * A profile as folded stacks, for flame graphs: a line for each stack and phase, outermost frame
 * first, which is the phase, as no line has a place for it. It must not know of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "profile_words.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

/* A semicolon parts frames. */
static void write_name(const struct report_frame *frame, FILE *out)
{
	char *name = profile_frame_name(frame);

	for (const char *at = name; *at != '\0'; at++)
		fputc(*at == ';' ? ':' : *at, out);
	free(name);
}

static void write_phase(const struct profile_view *view, enum report_phase phase,
			enum view_measure measure, struct profile_path *path, FILE *out)
{
	uint64_t *sums = view_phase_sums(view, measure, phase);

	for (uint32_t i = 0; i < view->node_count; i++) {
		if (sums[i] == 0)
			continue;
		profile_path_fill(path, view, i);
		fprintf(out, "[%s]", view_phase_name(phase));
		for (size_t j = 0; j < path->count; j++) {
			fputc(';', out);
			write_name(view_frame_of(view, path->nodes[j]), out);
		}
		fprintf(out, " %" PRIu64 "\n", sums[i]);
	}
	free(sums);
}

void report_write_folded(const struct report *report, const struct report_options *options,
			 FILE *out)
{
	struct profile_path path = {.nodes = NULL};

	for (int phase = 0; phase < REPORT_PHASES; phase++)
		write_phase(report->profile, (enum report_phase)phase,
			    (enum view_measure)options->measure, &path, out);
	free(path.nodes);
}
