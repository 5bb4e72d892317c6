/* SPDX-License-Identifier: MIT */
/*
 * The file and the line that a form puts a site on, for those that need one.
 */
#ifndef CLI_REPORT_SPOT_H
#define CLI_REPORT_SPOT_H

#include "report.h"

struct report_spot {
	char *path;    /* from the root of the sources, if it lies below; to be freed */
	unsigned line; /* 1 if none is known */
};

/*
 * The spot of a site: its origin, or the next frame outwards that lies below the root; else the
 * next that has a file at all; else the module, or the program, as if that were a file of the
 * sources.
 */
struct report_spot report_spot(const struct report *report, const struct report_site *site,
			       const struct report_options *options);

/* The spot of the whole report: its first program. */
struct report_spot report_spot_of_run(const struct report *report);

/* Whether the source file of a frame is known. */
bool report_has_file(const struct report_frame *frame);

/* The spot of a frame whose source file is known. */
struct report_spot report_spot_of_frame(const struct report_frame *frame,
					const struct report_options *options);

#endif
