/* SPDX-License-Identifier: MIT */
/* A site of a report, whoever made it. */
#include "report.h"

#include <stdlib.h>

void report_site_free(struct report_site *site)
{
	for (size_t i = 0; i < site->frame_count; i++) {
		free(site->frames[i].function);
		free(site->frames[i].module);
		free(site->frames[i].path);
		free(site->frames[i].file);
	}
	free(site->frames);
	free(site->function);
	free(site->cause);
	free(site->thread);
}
