/* SPDX-License-Identifier: MIT */
/*
 * Names of functions and modules, which whoever builds a program chooses, in all that the command
 * makes of a report: suppressions= takes each suggestion, no line is wider than the screen, nothing
 * but plain text is written. The input is lines "function!module", innermost frames first; an empty
 * line ends a site.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "common/quote.h"
#include "common/suppress.h"
#include "group.h"
#include "screen.h"
#include "site_id.h"
#include "suggest.h"

#define SITES 16
#define FRAMES 32
#define WIDTH 60

static struct report_frame frames[SITES][FRAMES];
static struct report_site sites[SITES];

static void add_frame(struct report_site *site, char *line)
{
	struct report_frame *frame = &site->frames[site->frame_count++];
	char *module = strchr(line, '!');

	*frame = (struct report_frame){.function = line, .module = module, .offset = 1};
	if (module != NULL) {
		*module = '\0';
		frame->module = module + 1;
	}
	if (*line == '\0')
		frame->function = NULL;
	frame->is_inlined = *line == '~';
}

/* Returns the number of sites. */
static size_t take_sites(char *text)
{
	size_t count = 0;

	for (char *line = text, *next; line != NULL && count < SITES; line = next) {
		struct report_site *site = &sites[count];

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		*site = (struct report_site){.function = "malloc",
					     .cause = "phase",
					     .thread = line,
					     .count = 1,
					     .frame_count = site->frame_count,
					     .frames = frames[count]};
		if (*line != '\0' && site->frame_count < FRAMES)
			add_frame(site, line);
		if (*line == '\0' || next == NULL || site->frame_count == FRAMES)
			site_id(site, sites[count++].id);
	}
	return count;
}

/* The text has whole lines of plain characters, none of them too wide. */
static void check_text(const char *text, size_t width)
{
	size_t columns = 0;

	while (*text != '\0') {
		size_t plain = pl_quote_plain(text, strlen(text));

		CHECK(plain > 0 || *text == '\n');
		columns = *text == '\n' ? 0 : columns + 1;
		CHECK(columns <= width);
		text += plain > 0 ? plain : 1;
	}
	CHECK(columns == 0);
}

static void check_screen(const struct report *report, unsigned form)
{
	struct screen_options options = {
		.width = WIDTH,
		.height = 5,
		.form = (enum screen_form)(form % 3),
		.by = (enum group_key)(form / 3 % 4),
	};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	CHECK(out != NULL && screen_print(out, report, &options));
	fclose(out);
	check_text(text, options.form == SCREEN_FULL ? SIZE_MAX : WIDTH);
	free(text);
}

static void check_suggestions(const struct report *report)
{
	char *text = NULL, errors[256];
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct pl_text faults = pl_text_in(errors, sizeof(errors));

	CHECK(out != NULL && suggest_suppressions(report, out));
	fclose(out);
	check_text(text, SIZE_MAX);
	CHECK(pl_suppress_parse(text, length, "text", &faults) == 0);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	unsigned form = input_byte(&input);
	char *text = input_text(&input);
	struct report report = {.sites = sites};

	memset(sites, 0, sizeof(sites));
	report.site_count = take_sites(text);
	group_find_origins(&report);
	for (size_t i = 0; i < report.site_count; i++)
		CHECK(sites[i].origin < sites[i].frame_count || sites[i].frame_count == 0);
	check_screen(&report, form);
	check_suggestions(&report);
	free(text);
	return 0;
}
