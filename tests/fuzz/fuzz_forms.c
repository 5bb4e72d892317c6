/* SPDX-License-Identifier: MIT */
/*
 * The forms of a report. Whatever its names and numbers are: each JSON is JSON and the XML is XML
 * with as many entries as there are sites, and each row of the Markdown is one line with as many
 * cells as the first of its table, in a file below the limit.
 */
#define _GNU_SOURCE
#include "fuzz.h"
#include "markdown.h"
#include "report.h"

#include <jansson.h>
#include <libxml/parser.h>

#include <stdio.h>

enum { SITES = 3, FRAMES = 3, PROCESSES = 3 };

/* ---- a report of the input ------------------------------------------------------------------- */

/* A text up to the next NUL. */
static char *take_text(struct input *input)
{
	size_t length = strnlen((const char *)input->at, input->left);
	char *text = strndup((const char *)input->at, length);

	CHECK(text != NULL);
	input->at += length;
	input->left -= length;
	input_byte(input);
	return text;
}

/* Or none: what may be unknown is NULL, then. */
static char *take_known(struct input *input)
{
	return (input_byte(input) & 1) != 0 ? take_text(input) : NULL;
}

static uint64_t take_number(struct input *input)
{
	uint64_t number = 0;

	for (size_t bytes = input_byte(input) % 9; bytes > 0; bytes--)
		number = number << 8 | input_byte(input);
	return number;
}

static void take_frame(struct report_frame *frame, struct input *input)
{
	frame->function = take_known(input);
	frame->module = take_known(input);
	frame->path = take_known(input);
	frame->file = take_known(input);
	frame->line = (unsigned)take_number(input);
	frame->offset = take_number(input);
	frame->is_inlined = (input_byte(input) & 1) != 0;
}

static void take_site(struct report_site *site, size_t number, struct input *input)
{
	static const char *const causes[] = {"phase", "forbid", "seal", "other"};

	snprintf(site->id, sizeof(site->id), "%016zx", number);
	site->function = take_text(input);
	site->cause = strdup(causes[input_byte(input) % 4]);
	site->count = take_number(input);
	site->bytes = take_number(input);
	site->first_ns = take_number(input);
	site->thread = take_text(input);
	site->process = input_byte(input) % PROCESSES;
	site->frame_count = input_byte(input) % (FRAMES + 1);
	site->frames = calloc(FRAMES, sizeof(*site->frames));
	CHECK(site->frames != NULL);
	for (size_t i = 0; i < site->frame_count; i++)
		take_frame(&site->frames[i], input);
	site->origin = input_byte(input) % (site->frame_count + 1);
}

static void take_report(struct report *report, struct input *input)
{
	static const char *const verdicts[] = {"PASS", "FAIL", "not checked", ""};

	report->verdict = strdup(verdicts[input_byte(input) % 4]);
	report->version = take_text(input);
	report->command = take_text(input);
	report->reason = take_text(input);
	report->status = input_byte(input);
	report->start_s = take_number(input);
	report->sites_lost = take_number(input);
	report->process_count = input_byte(input) % (PROCESSES + 1);
	for (size_t i = 0; i < report->process_count; i++) {
		struct report_process *process = &report->processes[i];

		process->program = take_text(input);
		process->began = "program";
		process->ended = "exit";
		process->is_armed = (input_byte(input) & 1) != 0;
		process->was_locked = (input_byte(input) & 1) != 0;
		process->violations = take_number(input);
	}
	report->site_count = input_byte(input) % (SITES + 1);
	for (size_t i = 0; i < report->site_count; i++)
		take_site(&report->sites[i], i, input);
}

static void free_report(struct report *report)
{
	for (size_t i = 0; i < report->site_count; i++)
		report_site_free(&report->sites[i]);
	for (size_t i = 0; i < report->process_count; i++)
		free(report->processes[i].program);
	free(report->verdict);
	free(report->version);
	free(report->command);
	free(report->reason);
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

static char *write_form(report_write *write, const struct report *report,
			const struct report_options *options, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	CHECK(out != NULL);
	write(report, options, out);
	CHECK(!ferror(out) && fclose(out) == 0);
	return text;
}

static json_t *read_json(report_write *write, const struct report *report,
			 const struct report_options *options)
{
	size_t length;
	char *text = write_form(write, report, options, &length);
	json_t *read = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

	CHECK(read != NULL);
	free(text);
	return read;
}

static void check_json(const struct report *report, const struct report_options *options)
{
	json_t *plain = read_json(report_write_json, report, options);
	json_t *sarif = read_json(report_write_sarif, report, options);
	json_t *gitlab = read_json(report_write_gitlab, report, options);
	json_t *run = json_array_get(json_object_get(sarif, "runs"), 0);

	CHECK(json_array_size(json_object_get(plain, "sites")) == report->site_count);
	CHECK(json_array_size(json_object_get(plain, "processes")) == report->process_count);
	CHECK(json_array_size(json_object_get(run, "results")) == json_array_size(gitlab));
	CHECK(json_array_size(gitlab) >= report->site_count);
	CHECK(json_array_size(gitlab) > 0 || strcmp(report->verdict, "PASS") == 0);
	json_decref(plain);
	json_decref(sarif);
	json_decref(gitlab);
}

static void check_xml(const struct report *report, const struct report_options *options)
{
	size_t length, tests = 0;
	char *text = write_form(report_write_junit, report, options, &length);
	xmlDoc *document = xmlReadMemory(text, (int)length, NULL, NULL,
					 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNode *suite;

	CHECK(document != NULL);
	suite = xmlFirstElementChild(xmlDocGetRootElement(document));
	for (xmlNode *node = xmlFirstElementChild(suite); node != NULL;
	     node = xmlNextElementSibling(node))
		tests += strcmp((const char *)node->name, "testcase") == 0;
	CHECK(tests > report->site_count);
	xmlFreeDoc(document);
	free(text);
}

static void check_markdown(const struct report *report, const struct report_options *options)
{
	size_t length, rows = 0, width = 0;
	char *text = write_form(report_write_markdown, report, options, &length);

	CHECK(length < (size_t)1024 * 1024);
	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		if (*line != '|') {
			width = 0;
			continue;
		}
		width = width == 0 ? markdown_cells(line, end) : width;
		CHECK(markdown_cells(line, end) == width);
		rows++;
	}
	CHECK(rows >= report->site_count + 3);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct report_process processes[PROCESSES] = {0};
	struct report_site sites[SITES] = {0};
	struct report report = {.processes = processes, .sites = sites};
	char *root = take_known(&input);
	struct report_options options = {.root = root};

	take_report(&report, &input);
	check_json(&report, &options);
	check_xml(&report, &options);
	check_markdown(&report, &options);
	free_report(&report);
	free(root);
	return 0;
}
