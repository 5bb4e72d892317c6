/* SPDX-License-Identifier: MIT */
/*
 * A report as SARIF 2.1.0: the file, in which each site and each remark is a result. It must not
 * know of records.
 */
#define _GNU_SOURCE
#include "report_sarif.h"

#include "emit.h"
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0."   \
	"json"

/* GitHub refuses a file with more results. The rarest sites are left out. */
#define SITES_MAX (25000 - REPORT_REMARKS)

static void write_results(const struct report *report, const struct report_options *options,
			  FILE *out)
{
	struct emit_list list = {.out = out};
	struct report_remark remarks[REPORT_REMARKS];
	size_t count = report_remarks(report, remarks);

	for (size_t i = 0; i < count; i++) {
		emit_element(&list, sarif_remark(report, &remarks[i]));
		free(remarks[i].text);
	}
	for (size_t i = 0; i < report->site_count && i < SITES_MAX; i++)
		emit_element(&list, sarif_site(report, &report->sites[i], options));
}

/* ---- the run --------------------------------------------------------------------------------- */

static json_t *rules(void)
{
	json_t *array = json_array();

	for (size_t i = 0; i < REPORT_RULES; i++) {
		const struct report_rule *rule = &report_rules[i];
		json_t *object =
			json_pack("{s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", rule->id,
				  "name", rule->name, "shortDescription", "text", rule->summary,
				  "fullDescription", "text", rule->summary, "help", "text",
				  rule->help, "defaultConfiguration", "level", "error");

		if (json_array_append_new(array, object) != 0)
			emit_no_memory();
	}
	return array;
}

static json_t *tool_of(const struct report *report)
{
	return json_pack("{s:{s:s, s:o, s:o}}", "driver", "name", "phaselock", "version",
			 emit_name(report->version), "rules", rules());
}

static bool add_time(json_t *invocation, uint64_t seconds)
{
	time_t start = (time_t)seconds;
	struct tm date;
	char text[64];

	if (seconds > INT32_MAX * UINT64_C(64) || gmtime_r(&start, &date) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &date) == 0)
		return true;
	return json_object_set_new(invocation, "startTimeUtc", json_string(text)) == 0;
}

/* Tells people who read the file if there are more results than it may have. */
static json_t *notifications_of(const struct report *report)
{
	char *text;
	json_t *array = json_array();

	if (report->site_count <= SITES_MAX)
		return array;
	if (asprintf(&text, "The rarest of %zu sites are left out.", report->site_count) < 0 ||
	    json_array_append_new(array, json_pack("{s:s, s:{s:s}}", "level", "warning", "message",
						   "text", text)) != 0)
		emit_no_memory();
	free(text);
	return array;
}

static json_t *invocation_of(const struct report *report)
{
	json_t *invocation = json_pack(
		"{s:o, s:i, s:b, s:o}", "commandLine", emit_name(report->command), "exitCode",
		report->status, "executionSuccessful", report_outcome(report) != REPORT_NOT_CHECKED,
		"toolExecutionNotifications", notifications_of(report));

	if (!add_time(invocation, report->start_s))
		emit_no_memory();
	return invocation;
}

/* A base is a folder, so its URI ends like this. */
static json_t *bases_of(const char *root)
{
	char *folder, *uri;
	json_t *bases;

	if (asprintf(&folder, "%s/", root) < 0)
		emit_no_memory();
	uri = source_uri(folder);
	bases = json_pack("{s:{s:s}}", SARIF_ROOT, "uri", uri);
	free(folder);
	free(uri);
	return bases;
}

static json_t *head_of(const struct report *report, const struct report_options *options)
{
	char *root = options->root != NULL ? source_clean(options->root) : NULL;
	json_t *head = json_pack("{s:o, s:[o], s:s}", "tool", tool_of(report), "invocations",
				 invocation_of(report), "columnKind", "unicodeCodePoints");

	if (root != NULL && json_object_set_new(head, "originalUriBaseIds",
						bases_of(strcmp(root, "/") == 0 ? "" : root)) != 0)
		emit_no_memory();
	free(root);
	return head;
}

void report_write_sarif(const struct report *report, const struct report_options *options,
			FILE *out)
{
	fputs("{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[{\n", out);
	emit_members(head_of(report, options), out);
	fputs(",\n\"results\":[", out);
	write_results(report, options, out);
	fputs("\n]}]}\n", out);
}
