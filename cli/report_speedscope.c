/* SPDX-License-Identifier: MIT */
/*
 * A profile for speedscope, by its own schema: one of its profiles for the bytes and one for the
 * requests of each phase. It must not know of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "profile_words.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>

static json_t *frame_of(const struct report_frame *frame)
{
	char *name = profile_frame_name(frame);
	json_t *made = json_pack("{s:s}", "name", name);

	free(name);
	if (frame->file != NULL)
		json_object_set_new(made, "file", emit_name(frame->file));
	else if (frame->path != NULL)
		json_object_set_new(made, "file", emit_name(frame->path));
	if (frame->line > 0)
		json_object_set_new(made, "line", emit_number(frame->line));
	return made;
}

/* What it takes for one function is one frame there: those of the same function are one number. */
static void write_frames(const struct profile_view *view, FILE *out)
{
	struct emit_list list = {.out = out};

	fputs("\"shared\":{\"frames\":[", out);
	for (size_t i = 0; i < view->frame_count; i++)
		emit_element(&list, frame_of(&view->frames[i].frame));
	fputs("\n]},\n", out);
}

static void write_stack(const struct profile_view *view, const struct profile_path *path, FILE *out)
{
	for (size_t i = 0; i < path->count; i++)
		fprintf(out, "%s%" PRIu32, i == 0 ? "[" : ",", view->nodes[path->nodes[i]].frame);
	fputc(']', out);
}

static void write_profile(const struct profile_view *view, enum report_phase phase,
			  enum view_measure measure, const uint64_t *sums, FILE *out)
{
	struct profile_path path = {.nodes = NULL};
	bool is_bytes = view_measure_is_bytes(measure);
	const char *comma = "\n";
	uint64_t end = 0;

	fprintf(out, "{\"type\":\"sampled\",\"name\":\"%s: %s\",\"unit\":\"%s\",\"samples\":[",
		view_phase_name(phase), is_bytes ? "bytes" : "requests",
		is_bytes ? "bytes" : "none");
	for (uint32_t i = 0; i < view->node_count; i++) {
		if (sums[i] == 0)
			continue;
		profile_path_fill(&path, view, i);
		fputs(comma, out);
		write_stack(view, &path, out);
		comma = ",\n";
	}
	fputs("],\n\"weights\":[", out);
	comma = "";
	for (uint32_t i = 0; i < view->node_count; i++) {
		if (sums[i] == 0)
			continue;
		fprintf(out, "%s%" PRIu64, comma, emit_bounded(sums[i]));
		if (__builtin_add_overflow(end, sums[i], &end))
			end = UINT64_MAX;
		comma = ",\n";
	}
	fprintf(out, "],\n\"startValue\":0,\"endValue\":%" PRIu64 "}", emit_bounded(end));
	free(path.nodes);
}

void report_write_speedscope(const struct report *report, const struct report_options *options,
			     FILE *out)
{
	static const enum view_measure measures[] = {VIEW_BYTES, VIEW_COUNT};
	const struct profile_view *view = report->profile;
	const char *comma = "";

	(void)options;
	fputs("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n", out);
	emit_members(json_pack("{s:o, s:s}", "name", emit_name(report->command), "exporter",
			       "phaselock"),
		     out);
	fputs(",\n", out);
	write_frames(view, out);
	fputs("\"profiles\":[\n", out);
	/* It shows the first one: what was asked for while locked, if there is any. */
	for (int phase = REPORT_PHASES; phase-- > 0;)
		for (size_t i = 0; i < 2; i++) {
			uint64_t *sums =
				view_phase_sums(view, measures[i], (enum report_phase)phase);

			if (phase == REPORT_INIT || view->totals[phase].requests > 0) {
				fputs(comma, out);
				write_profile(view, (enum report_phase)phase, measures[i], sums,
					      out);
				comma = ",\n";
			}
			free(sums);
		}
	fputs("\n]}\n", out);
}
