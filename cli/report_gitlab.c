/* SPDX-License-Identifier: MIT */
/*
 * A report for GitLab's Code Quality: an entry for each site and for each remark, so that a run
 * that shows nothing is no empty list. It must not know of records.
 */
#define _GNU_SOURCE
#include "emit.h"
#include "report_spot.h"
#include "report_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* GitLab takes relative paths alone. A spot is freed. */
static json_t *location_of(struct report_spot spot)
{
	const char *path = spot.path;
	json_t *location;

	while (*path == '/')
		path++;
	location = json_pack("{s:o, s:{s:o}}", "path", emit_name(path), "lines", "begin",
			     emit_number(spot.line));
	free(spot.path);
	return location;
}

static json_t *entry_of(const struct report_rule *rule, const char *text, const char *fingerprint,
			struct report_spot spot)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "description", text, "check_name", rule->id,
			 "fingerprint", fingerprint, "severity", rule->severity, "location",
			 location_of(spot));
}

static json_t *site_of(const struct report *report, const struct report_site *site,
		       const struct report_options *options)
{
	char *title = report_title(site), *text;
	json_t *entry;

	if (asprintf(&text, "%s; violations: %" PRIu64 ", bytes: %" PRIu64, title, site->count,
		     site->bytes) < 0)
		emit_no_memory();
	entry = entry_of(report_rule(site), text, site->id, report_spot(report, site, options));
	free(title);
	free(text);
	return entry;
}

void report_write_gitlab(const struct report *report, const struct report_options *options,
			 FILE *out)
{
	struct emit_list list = {.out = out};
	struct report_remark remarks[REPORT_REMARKS];
	size_t count = report_remarks(report, remarks);

	putc('[', out);
	for (size_t i = 0; i < report->site_count; i++)
		emit_element(&list, site_of(report, &report->sites[i], options));
	for (size_t i = 0; i < count; i++) {
		emit_element(&list, entry_of(remarks[i].rule, remarks[i].text, remarks[i].rule->id,
					     report_spot_of_run(report)));
		free(remarks[i].text);
	}
	fputs("\n]\n", out);
}
