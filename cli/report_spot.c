/* SPDX-License-Identifier: MIT */
/*
 * Where a site is shown among the sources. It must not know of the forms.
 */
#define _GNU_SOURCE
#include "report_spot.h"

#include "emit.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>

static struct report_spot spot_of(char *path, unsigned line)
{
	if (path == NULL)
		emit_no_memory();
	return (struct report_spot){path, line > 0 ? line : 1};
}

/* Whether there is more in a path than slashes and "."; NULL is none. */
static bool names_file(const char *path)
{
	return path != NULL && path[strspn(path, "/.")] != '\0';
}

bool report_has_file(const struct report_frame *frame)
{
	return names_file(frame->file);
}

struct report_spot report_spot_of_frame(const struct report_frame *frame,
					const struct report_options *options)
{
	return spot_of(source_below(frame->file, options->root), frame->line);
}

struct report_spot report_spot_of_run(const struct report *report)
{
	const char *program = report->process_count > 0 ? report->processes[0].program : NULL;

	return spot_of(source_clean(names_file(program) ? program : "phaselock"), 0);
}

struct report_spot report_spot(const struct report *report, const struct report_site *site,
			       const struct report_options *options)
{
	struct report_spot elsewhere = {NULL, 0};

	for (size_t i = site->origin; i < site->frame_count; i++) {
		struct report_spot spot;

		if (!report_has_file(&site->frames[i]))
			continue;
		spot = report_spot_of_frame(&site->frames[i], options);
		if (*spot.path != '/') {
			free(elsewhere.path);
			return spot;
		}
		if (elsewhere.path == NULL)
			elsewhere = spot;
		else
			free(spot.path);
	}
	if (elsewhere.path != NULL)
		return elsewhere;
	if (site->origin < site->frame_count && names_file(site->frames[site->origin].module))
		return spot_of(source_clean(site->frames[site->origin].module), 0);
	return report_spot_of_run(report);
}
