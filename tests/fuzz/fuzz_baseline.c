/* SPDX-License-Identifier: MIT */
/*
 * Baselines: of whatever text, each line that is taken has an id, and a line for each of its sites
 * is enough. What is written of a site with whatever names is read again, and holds.
 */
#define _GNU_SOURCE
#include "baseline.h"
#include "fuzz.h"

static bool read_back(char *text, size_t length, struct baseline *baseline)
{
	FILE *in = fmemopen(text, length, "r");
	bool whole;

	CHECK(in != NULL);
	whole = baseline_read_stream(in, "input", baseline);
	fclose(in);
	return whole;
}

/* The report has one site; the baseline knows it or not. */
static bool compare(const struct report *report, const struct baseline *baseline)
{
	struct baseline_difference difference;
	FILE *out = fopen("/dev/null", "w");
	bool holds;

	CHECK(out != NULL && baseline_compare(report, baseline, &difference));
	CHECK(difference.gone_count <= baseline->count);
	baseline_tell(&difference, out);
	holds = baseline_holds(&difference);
	baseline_difference_free(&difference);
	fclose(out);
	return holds;
}

static void check_read(char *text, size_t length, struct report *report)
{
	struct baseline baseline;

	if (length == 0 || !read_back(text, length, &baseline))
		return;
	for (size_t i = 0; i < baseline.count; i++) {
		CHECK(strspn(baseline.lines[i].id, "0123456789abcdef") == REPORT_ID_SIZE - 1);
		CHECK(i == 0 || strcmp(baseline.lines[i - 1].id, baseline.lines[i].id) <= 0);
		strcpy(report->sites->id, baseline.lines[i].id);
		CHECK(compare(report, &baseline));
	}
	baseline_free(&baseline);
}

static void check_written(const struct report *report)
{
	struct baseline baseline;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	CHECK(out != NULL && baseline_write_stream(report, out));
	fclose(out);
	CHECK(read_back(text, length, &baseline) && baseline.count == 1);
	CHECK(compare(report, &baseline));
	baseline_free(&baseline);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct report_frame frame;
	struct report_site site = {.function = "malloc", .id = "0123456789abcdef"};
	struct report report = {.site_count = 1, .sites = &site};
	char *bytes = (char *)input_bytes(&input), *text = input_text(&input);

	frame = (struct report_frame){.function = text, .module = text};
	site.frame_count = 1;
	site.frames = &frame;
	check_written(&report);
	check_read(bytes, input.left, &report);
	free(bytes);
	free(text);
	return 0;
}
