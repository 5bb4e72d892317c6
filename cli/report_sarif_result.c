/* SPDX-License-Identifier: MIT */
/*
 * One result of SARIF. GitHub matches results by `primaryLocationLineHash`, which is the site's id,
 * and shows the call stack as a code flow; other viewers show stacks. It must not know of the file
 * around it.
 */
#define _GNU_SOURCE
#include "report_sarif.h"

#include "emit.h"
#include "source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ----------------------------------------------------------------------------------- */

/* In a message braces are doubled, and "[words](target)" is no link behind a backslash. */
static json_t *message_of(const char *text)
{
	char *message = malloc(2 * strlen(text) + 1), *end = message;
	const char *bracket = strchr(text, ']'); /* the next one that closes */
	json_t *object;

	if (message == NULL)
		emit_no_memory();
	for (; *text != '\0'; text++) {
		if (*text == '{' || *text == '}')
			*end++ = *text;
		if (*text == '[' && bracket != NULL && bracket[1] == '(')
			*end++ = '\\';
		if (text == bracket)
			bracket = strchr(text + 1, ']');
		*end++ = *text;
	}
	*end = '\0';
	object = json_pack("{s:s}", "text", message);
	free(message);
	return object;
}

static json_t *place_message(const struct report_frame *frame)
{
	char *text;
	size_t length;
	FILE *out = emit_text(&text, &length);
	json_t *message;

	report_write_place(frame, out);
	if (fclose(out) != 0)
		emit_no_memory();
	message = message_of(text);
	free(text);
	return message;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* A spot is freed. */
static json_t *physical_of(struct report_spot spot)
{
	char *uri = source_uri(spot.path);
	json_t *artifact, *location;

	if (uri == NULL)
		emit_no_memory();
	artifact = *spot.path == '/' ? json_pack("{s:s}", "uri", uri)
				     : json_pack("{s:s, s:s}", "uri", uri, "uriBaseId", SARIF_ROOT);
	location = json_pack("{s:o, s:{s:o}}", "artifactLocation", artifact, "region", "startLine",
			     emit_number(spot.line));
	free(uri);
	free(spot.path);
	return location;
}

/* The function of a place. */
static json_t *logical_of(const struct report_frame *frame)
{
	return json_pack("[{s:o, s:s}]", "fullyQualifiedName", emit_name(frame->function), "kind",
			 "function");
}

static json_t *location_of(const struct report_frame *frame, const struct report_options *options)
{
	json_t *location = json_pack("{s:o}", "message", place_message(frame));

	if (frame->function != NULL && *frame->function != '\0' &&
	    json_object_set_new(location, "logicalLocations", logical_of(frame)) != 0)
		emit_no_memory();
	if (report_has_file(frame) &&
	    json_object_set_new(location, "physicalLocation",
				physical_of(report_spot_of_frame(frame, options))) != 0)
		emit_no_memory();
	return location;
}

/* The call stack, innermost frame first. */
static json_t *stack_of(const struct report_site *site, const struct report_options *options)
{
	json_t *frames = json_array();

	for (size_t i = 0; i < site->frame_count; i++) {
		const struct report_frame *at = &site->frames[i];
		json_t *frame = json_pack("{s:o}", "location", location_of(at, options));

		if (json_array_append_new(frames, frame) != 0 ||
		    (at->module != NULL &&
		     json_object_set_new(frame, "module", emit_name(at->module)) != 0))
			emit_no_memory();
	}
	return frames;
}

/* The frames that have lines, outermost first. */
static json_t *flow_of(const struct report_site *site, const struct report_options *options)
{
	json_t *flow = json_array();

	for (size_t i = site->frame_count; i-- > 0;) {
		if (!report_has_file(&site->frames[i]))
			continue;
		if (json_array_append_new(flow,
					  json_pack("{s:o}", "location",
						    location_of(&site->frames[i], options))) != 0)
			emit_no_memory();
	}
	return flow;
}

/* ---- results --------------------------------------------------------------------------------- */

static json_t *result_of(const struct report_rule *rule, const char *text, const char *id,
			 json_t *location)
{
	char *hash;
	json_t *result;

	if (asprintf(&hash, "%s:1", id) < 0)
		emit_no_memory();
	result = json_pack("{s:s, s:i, s:s, s:o, s:[o], s:{s:s}}", "ruleId", rule->id, "ruleIndex",
			   (int)(rule - report_rules), "level", "error", "message",
			   message_of(text), "locations", location, "partialFingerprints",
			   "primaryLocationLineHash", hash);
	free(hash);
	return result;
}

static json_t *properties_of(const struct report_site *site)
{
	return json_pack("{s:o, s:o, s:o}", "bytes", emit_number(site->bytes), "firstSize",
			 emit_number(site->size), "thread", emit_name(site->thread));
}

/* Leaves out a number of times that SARIF has no room for. */
static bool add_count(json_t *result, const struct report_site *site)
{
	return site->count == 0 || site->count > INT32_MAX ||
	       json_object_set_new(result, "occurrenceCount", emit_number(site->count)) == 0;
}

json_t *sarif_site(const struct report *report, const struct report_site *site,
		   const struct report_options *options)
{
	const struct report_frame *origin = report_origin(site);
	json_t *location = json_pack("{s:o}", "physicalLocation",
				     physical_of(report_spot(report, site, options)));
	json_t *flow = flow_of(site, options);
	char *title = report_title(site), *text;
	json_t *result;
	bool whole;

	if (asprintf(&text, "%s; violations: %" PRIu64 ", bytes: %" PRIu64 ".", title, site->count,
		     site->bytes) < 0)
		emit_no_memory();
	whole = origin == NULL || origin->function == NULL || *origin->function == '\0' ||
		json_object_set_new(location, "logicalLocations", logical_of(origin)) == 0;
	result = result_of(report_rule(site), text, site->id, location);
	whole = whole && add_count(result, site) &&
		json_object_set_new(result, "properties", properties_of(site)) == 0;
	if (site->frame_count > 0)
		whole = whole && json_object_set_new(result, "stacks",
						     json_pack("[{s:o}]", "frames",
							       stack_of(site, options))) == 0;
	if (json_array_size(flow) > 1)
		whole = whole && json_object_set_new(result, "codeFlows",
						     json_pack("[{s:[{s:O}]}]", "threadFlows",
							       "locations", flow)) == 0;
	if (!whole)
		emit_no_memory();
	json_decref(flow);
	free(title);
	free(text);
	return result;
}

json_t *sarif_remark(const struct report *report, const struct report_remark *remark)
{
	json_t *location =
		json_pack("{s:o}", "physicalLocation", physical_of(report_spot_of_run(report)));

	return result_of(remark->rule, remark->text, remark->rule->id, location);
}
