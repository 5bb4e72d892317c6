/* SPDX-License-Identifier: MIT */
/*
 * Profiles with any names, stacks and numbers. Whatever they are, sums by stack, site and group are
 * the same total; each form that is JSON is JSON, pprof's is a stream of gzip, and each line of the
 * others has its columns; a screen is as high as it may be.
 */
#define _GNU_SOURCE
#include "escape.h"
#include "fuzz.h"
#include "profile_budget.h"
#include "profile_screen.h"
#include "record.h"
#include "report_record.h"

#include <jansson.h>
#include <zlib.h>

#include <stdio.h>

enum { IMAGES = 2, MODULES = 3, THREADS = 3, NODES = 24, ROWS = 24, POINTS = 6 };

/* ---- a record of the input ------------------------------------------------------------------- */

static uint64_t take_number(struct input *input)
{
	uint64_t number = 0;

	for (size_t bytes = input_byte(input) % 9; bytes > 0; bytes--)
		number = number << 8 | input_byte(input);
	return number;
}

/* A few bytes; not terminated if they fill it. */
static void take_text(struct input *input, char *text, size_t size)
{
	for (size_t length = input_byte(input) % (size + 1); length > 0; length--)
		*text++ = (char)input_byte(input);
}

static void *must(void *memory)
{
	CHECK(memory != NULL);
	return memory;
}

static void take_row(struct input *input, struct profile_row *row)
{
	struct pl_profile_row *counts = &row->counts;
	uint8_t shape = input_byte(input);

	row->process = input_byte(input);
	row->thread = input_byte(input);
	row->stack = input_byte(input);
	row->phase = shape & 1;
	counts->function = shape >> 1 & 7;
	counts->requests = take_number(input);
	counts->bytes = take_number(input);
	counts->frees = take_number(input);
	counts->freed_bytes = take_number(input);
	counts->peak_bytes = take_number(input);
	counts->at_peak_bytes = take_number(input);
	counts->at_peak_turn = shape >> 4 & 1;
	counts->temporary = take_number(input);
	counts->first_ns = take_number(input);
	counts->last_ns = take_number(input);
	counts->classes[input_byte(input) % PL_PROFILE_CLASSES] = input_byte(input);
}

static void take_profile(struct input *input, struct profile *profile)
{
	profile->processes = must(calloc(IMAGES + 1, sizeof(*profile->processes)));
	profile->threads = must(calloc(THREADS + 1, sizeof(*profile->threads)));
	profile->nodes = must(calloc(NODES + 1, sizeof(*profile->nodes)));
	profile->rows = must(calloc(ROWS + 1, sizeof(*profile->rows)));
	profile->points = must(calloc(POINTS + 1, sizeof(*profile->points)));
	profile->process_count = input_byte(input) % IMAGES + 1;
	profile->thread_count = input_byte(input) % (THREADS + 1);
	profile->node_count = input_byte(input) % (NODES + 1);
	profile->row_count = input_byte(input) % (ROWS + 1);
	profile->point_count = input_byte(input) % (POINTS + 1);
	for (size_t i = 0; i < profile->process_count; i++) {
		profile->processes[i].process = input_byte(input);
		profile->processes[i].counts.rate = input_byte(input);
		profile->processes[i].counts.peak_bytes = take_number(input);
		profile->processes[i].counts.unplaced = input_byte(input);
	}
	for (size_t i = 0; i < profile->thread_count; i++) {
		profile->threads[i].process = input_byte(input);
		take_text(input, profile->threads[i].thread.name, 16);
	}
	for (size_t i = 0; i < profile->node_count; i++) {
		struct pl_profile_node *node = &profile->nodes[i].node;

		node->place = (uint64_t)(input_byte(input) % (MODULES + 2))
				      << PL_LAYOUT_OFFSET_BITS |
			      input_byte(input) % 16;
		node->parent = input_byte(input);
		node->flags = input_byte(input) < 16 ? 1 : 0;
	}
	for (size_t i = 0; i < profile->row_count; i++)
		take_row(input, &profile->rows[i]);
	for (size_t i = 0; i < profile->point_count; i++) {
		profile->points[i].process = input_byte(input);
		profile->points[i].point.time_ns = take_number(input);
		profile->points[i].point.live_bytes = take_number(input);
		profile->points[i].point.phase = input_byte(input) & 1;
	}
	profile_bound(profile, IMAGES);
}

/* A name for some places, perhaps two. */
static char *take_names(struct input *input)
{
	char *text = NULL, name[17];
	size_t size;
	FILE *out = must(open_memstream(&text, &size));

	for (size_t i = 0; i < 40; i++) {
		uint8_t which = input_byte(input);

		memset(name, 0, sizeof(name));
		take_text(input, name, 16);
		fprintf(out, "%llx\t",
			(unsigned long long)(which % (MODULES + 1)) << PL_LAYOUT_OFFSET_BITS |
				which >> 4);
		escape_write(name, out);
		fputc('\t', out);
		escape_write((which & 8) != 0 ? name : "", out);
		fprintf(out, "\t%u\n", which);
	}
	fclose(out);
	return text;
}

static struct record take_record(struct input *input)
{
	struct record record = {.image_count = IMAGES, .module_count = MODULES};

	record.images = must(calloc(IMAGES, sizeof(*record.images)));
	record.modules = must(calloc(MODULES, sizeof(*record.modules)));
	take_text(input, record.run.command, 64);
	for (size_t i = 0; i < IMAGES; i++) {
		record.images[i].locks = input_byte(input) & 1;
		take_text(input, record.images[i].name, 16);
	}
	for (size_t i = 0; i < MODULES; i++) {
		record.modules[i].is_there = 1;
		record.modules[i].build_id_size = input_byte(input) % 33;
		take_text(input, record.modules[i].path, 40);
	}
	take_profile(input, &record.profile);
	record.names = take_names(input);
	record.names_size = strlen(record.names);
	return record;
}

/* ---- what is made of it ---------------------------------------------------------------------- */

static uint64_t plus(uint64_t a, uint64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? UINT64_MAX : a;
}

static void check_sums(const struct profile_view *view)
{
	for (enum view_measure measure = 0; measure < VIEW_MEASURES; measure++) {
		uint64_t *sums = view_sums(view, measure, false);
		uint64_t wanted = view_measure(view->totals, measure), tree = 0, sites = 0;

		for (uint32_t i = view->root; i != VIEW_NONE; i = view->nodes[i].next)
			tree = plus(tree, sums[i]);
		for (size_t i = 0; i < view->site_count; i++)
			sites = plus(sites, view_measure(view->sites[i].figures, measure));
		/* what was too large once may have been so at another sum */
		CHECK(tree == wanted || wanted == UINT64_MAX || tree == UINT64_MAX);
		CHECK(sites == wanted || wanted == UINT64_MAX || sites == UINT64_MAX);
		free(sums);
		for (enum view_key key = 0; key <= VIEW_BY_STACK; key++) {
			struct view_groups groups = view_group_rows(view, key, measure);
			uint64_t all = 0;

			for (size_t i = 0; i < groups.count; i++)
				all = plus(all, view_measure(groups.groups[i].figures, measure));
			CHECK(all == wanted || wanted == UINT64_MAX || all == UINT64_MAX);
			view_groups_free(&groups);
		}
	}
}

static char *write_form(const struct report *report, report_write *write, size_t *size)
{
	struct report_options options = {.measure = VIEW_BYTES};
	char *text = NULL;
	FILE *out = must(open_memstream(&text, size));

	write(report, &options, out);
	fclose(out);
	return text;
}

static void check_json(const struct report *report, report_write *write)
{
	size_t size;
	char *text = write_form(report, write, &size);
	json_t *json = json_loadb(text, size, 0, NULL);

	CHECK(json != NULL);
	json_decref(json);
	free(text);
}

static void check_gzip(const struct report *report)
{
	static unsigned char plain[1 << 20];
	size_t size;
	char *text = write_form(report, report_write_pprof, &size);
	z_stream stream = {.next_in = (unsigned char *)text,
			   .avail_in = (unsigned)size,
			   .next_out = plain,
			   .avail_out = sizeof(plain)};

	CHECK(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK);
	CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0);
	inflateEnd(&stream);
	free(text);
}

/* Each line has as many of a character as the first one, or at least one. */
static void check_lines(const struct report *report, report_write *write, char what, bool same)
{
	size_t size, wanted = 0;
	char *text = write_form(report, write, &size), *next = text, *line;

	while ((line = strsep(&next, "\n")) != NULL && next != NULL) {
		size_t count = 0;

		for (const char *at = line; *at != '\0'; at++)
			count += *at == what;
		wanted = wanted == 0 ? count : wanted;
		CHECK(same ? count == wanted : count > 0);
	}
	CHECK(strlen(text) == 0 || *line == '\0');
	free(text);
}

static void check_screens(const struct report *report)
{
	struct profile_screen screen = {.screen = {.width = 80, .height = 24}};

	for (int form = PROFILE_TABLE; form <= PROFILE_FULL; form++)
		for (enum view_key key = 0; key <= VIEW_BY_PHASE; key++) {
			char *text = NULL;
			size_t size, lines = 0;
			FILE *out = must(open_memstream(&text, &size));

			screen.form = (enum profile_form)form;
			screen.by = key;
			profile_screen_print(out, report, &screen);
			fclose(out);
			for (const char *at = text; *at != '\0'; at++) {
				lines += *at == '\n';
				CHECK(*at == '\n' || (unsigned char)*at >= ' ');
			}
			CHECK(form == PROFILE_FULL || lines < 24);
			free(text);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {bytes, size};
	struct record record = take_record(&input);
	struct report report = {.status = 0};
	struct view_filter filter = {.has_since = (input_byte(&input) & 1) != 0, .since_ns = 1};
	struct profile_changes changes;

	report_add_record(&report, &record);
	if (report.profile != NULL) {
		profile_view_filter(report.profile, &filter);
		profile_view_finish(report.profile);
		check_sums(report.profile);
		check_json(&report, report_write_json);
		check_json(&report, report_write_speedscope);
		check_json(&report, report_write_dhat);
		check_gzip(&report);
		check_lines(&report, report_write_table, '\t', true);
		check_lines(&report, report_write_folded, ' ', false);
		check_lines(&report, report_write_massif, '\n', true);
		check_screens(&report);
		changes = profile_compare(report.profile, report.profile, VIEW_COUNT);
		CHECK(changes.count == 0);
		profile_changes_free(&changes);
	}
	report_free(&report);
	record_free(&record);
	return 0;
}
