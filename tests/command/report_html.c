/* SPDX-License-Identifier: MIT */
/*
 * report_html html|facts MODEL: writes a made report as a page, or what the page has to show, as
 * JSON. Models: `small`, in which names are markup and worse; `changed`, compared with another run;
 * `huge`, more of everything than a page holds; `bare`, a record without a profile.
 */
#define _GNU_SOURCE
#include "html_tree.h"
#include "profile_view.h"
#include "report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ROOM 400000

static char markup[] = "parse</script><script>window.hurt=1</script><!--";
static char worst[] = "x\n\x1b[2J\xc2\x9b\xe2\x80\xae\xff\xed\xa0\xbd]]><b>&amp;";
static char program[] = "server";
static char source[] = "src/parse.c";

static void *must(void *pointer)
{
	if (pointer == NULL)
		abort();
	return pointer;
}

/* ---- views ----------------------------------------------------------------------------------- */

static struct profile_view *new_view(size_t room)
{
	struct profile_view *view = must(calloc(1, sizeof(*view)));

	view->processes = must(calloc(8, sizeof(*view->processes)));
	view->threads = must(calloc(1024, sizeof(*view->threads)));
	view->frames = must(calloc(room, sizeof(*view->frames)));
	view->nodes = must(calloc(room, sizeof(*view->nodes)));
	view->rows = must(calloc(room, sizeof(*view->rows)));
	view->points = must(calloc(room, sizeof(*view->points)));
	view->sites = must(calloc(room, sizeof(*view->sites)));
	return view;
}

static void add_process(struct profile_view *view, char *name, uint32_t id)
{
	view->processes[view->process_count] = (struct view_process){
		.image = (uint32_t)view->process_count, .id = id, .program = name};
	view->process_count++;
}

static uint32_t add_thread(struct profile_view *view, uint32_t process, const char *name,
			   uint32_t id)
{
	view->threads[view->thread_count] =
		(struct view_thread){.process = process, .id = id, .name = name};
	return (uint32_t)view->thread_count++;
}

static uint32_t add_frame(struct profile_view *view, char *function, char *file, unsigned line)
{
	view->frames[view->frame_count].frame = (struct report_frame){
		.function = function,
		.module = program,
		.file = file,
		.line = line,
	};
	view->frames[view->frame_count].function = (uint32_t)view->frame_count;
	return (uint32_t)view->frame_count++;
}

static uint32_t add_node(struct profile_view *view, uint32_t parent, uint32_t frame)
{
	view->nodes[view->node_count] = (struct view_node){.parent = parent, .frame = frame};
	return (uint32_t)view->node_count++;
}

/* A site of its own for each node. Figures are made of two numbers, all different. */
static void add_row(struct profile_view *view, uint32_t node, uint32_t thread, uint8_t phase,
		    uint64_t requests, uint64_t bytes)
{
	struct view_row *row = &view->rows[view->row_count++];

	*row = (struct view_row){
		.process = view->threads[thread].process,
		.thread = thread,
		.node = node,
		.phase = phase,
		.entry = PL_PROFILE_MALLOC,
		.figures = {.requests = requests,
			    .bytes = bytes,
			    .live_blocks = requests / 3,
			    .live_bytes = bytes / 3,
			    .peak_blocks = requests / 2,
			    .peak_bytes = bytes / 2,
			    .temporary = requests / 5},
	};
	for (size_t i = 0; i < view->site_count; i++)
		if (view->sites[i].node == node) {
			row->site = (uint32_t)i;
			view_add(&view->sites[i].figures[phase], &row->figures);
			return;
		}
	row->site = (uint32_t)view->site_count;
	view->sites[view->site_count] =
		(struct view_site){.node = node, .origin = node, .called = VIEW_NONE, .stacks = 1};
	/* By the function, so that it is the same in another run. */
	snprintf(view->sites[view->site_count].id, REPORT_ID_SIZE, "%016" PRIx32,
		 view->nodes[node].frame + 1);
	view_add(&view->sites[view->site_count++].figures[phase], &row->figures);
}

static void add_points(struct profile_view *view, uint32_t process, size_t count)
{
	uint64_t requests = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t phase = i * 3 / count == 1;

		view->points[view->point_count++] = (struct view_point){
			.process = process,
			.time_ns = 1000 + i * 1000000,
			.live_bytes = 100000 + (i * 7919) % 50000 + i * 100,
			.live_blocks = 50 + i % 7,
			.requests = requests,
			.frees = requests / 2,
			.resident = 400000 + i * 50,
			.phase = phase,
			.is_change = i > 0 && (i - 1) * 3 / count != i * 3 / count,
		};
		requests += phase == 0 ? 11 : i % 20 == 0 ? 2 : 0;
	}
}

static void finish(struct profile_view *view)
{
	for (size_t i = 0; i < view->row_count; i++)
		view_add(&view->totals[view->rows[i].phase], &view->rows[i].figures);
}

/* ---- models ---------------------------------------------------------------------------------- */

static struct profile_view *small_view(bool is_old)
{
	struct profile_view *view = new_view(1024);
	uint32_t first, worker, other, nodes[6];

	add_process(view, program, 10);
	add_process(view, worst, 11);
	first = add_thread(view, 0, "main", 10);
	worker = add_thread(view, 0, worst, 12);
	other = add_thread(view, 1, program, 11);
	nodes[0] = add_node(view, VIEW_NONE, add_frame(view, strdup("main"), source, 12));
	nodes[1] = add_node(view, nodes[0], add_frame(view, markup, source, is_old ? 30 : 33));
	nodes[2] = add_node(view, nodes[1], add_frame(view, strdup("xmalloc"), NULL, 0));
	nodes[3] = add_node(view, nodes[0], add_frame(view, worst, worst, 7));
	nodes[4] = add_node(view, VIEW_NONE, add_frame(view, NULL, NULL, 0));
	nodes[5] = add_node(view, nodes[0], add_frame(view, strdup("load"), source, 50));
	add_row(view, nodes[2], first, REPORT_INIT, is_old ? 400 : 1000, is_old ? 30000 : 64007);
	add_row(view, nodes[2], worker, REPORT_LOCKED, 10, 640);
	add_row(view, nodes[3], first, REPORT_INIT, 200, is_old ? 404801 : 204801);
	add_row(view, nodes[3], worker, REPORT_INIT, 20, 5000);
	add_row(view, nodes[4], other, REPORT_INIT, 5, 40000);
	if (is_old)
		add_row(view, nodes[5], first, REPORT_INIT, 7, 70000);
	else
		add_row(view, nodes[0], first, REPORT_LOCKED, 3, 300);
	add_points(view, 0, 300);
	add_points(view, 1, 20);
	finish(view);
	return view;
}

static struct profile_view *huge_view(void)
{
	struct profile_view *view = new_view(ROOM);
	uint32_t threads[200];

	srand(1);
	add_process(view, program, 10);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		threads[i] = add_thread(view, 0, program, 10 + (uint32_t)i);
	for (uint32_t i = 0; i < 150000; i++) {
		char *name;
		/* A backbone, and leaves everywhere. */
		uint32_t parent = i == 0       ? VIEW_NONE
				  : i < 200    ? i - 1
				  : i % 3 == 0 ? (uint32_t)rand() % 200
					       : (uint32_t)rand() % i;

		if (asprintf(&name, "std::<%0300u>::f()", i) < 0)
			abort();
		add_node(view, parent, add_frame(view, name, source, i));
	}
	for (uint32_t i = 0; i < 20000; i++)
		add_row(view, i, threads[i % COUNT_OF(threads)], i % 7 == 0,
			(uint64_t)(rand() % 1000 + 1), (uint64_t)(rand() % 100000 + 1));
	/* Rows without sites of their own, so that making them takes no time. */
	for (uint32_t i = 20000; i < 300000; i++) {
		struct view_row *row = &view->rows[view->row_count++];

		*row = view->rows[i % 20000];
		row->node = i % 150000;
		row->thread = threads[(i / 3) % COUNT_OF(threads)];
		view_add(&view->sites[row->site].figures[row->phase], &row->figures);
	}
	add_points(view, 0, 100000);
	finish(view);
	return view;
}

static struct report_frame stack[] = {
	{.function = (char[]){"strdup"}, .module = (char[]){"libc.so.6"}},
	{.function = markup, .module = program, .file = source, .line = 33},
	{.function = worst, .module = worst, .file = worst, .line = 7},
	{.offset = 0x7f00},
};

static struct report_site small_sites[] = {
	{.id = "00000000000000a1",
	 .function = (char[]){"malloc"},
	 .cause = (char[]){"phase"},
	 .count = 10,
	 .bytes = 640,
	 .first_ns = 1000000,
	 .last_ns = 2000000,
	 .thread = worst,
	 .frame_count = COUNT_OF(stack),
	 .frames = stack,
	 .origin = 1},
	{.id = "00000000000000b2",
	 .function = (char[]){"calloc"},
	 .cause = (char[]){"forbid"},
	 .count = 3,
	 .bytes = 300,
	 .thread = (char[]){"main"}},
};

static struct report_process small_processes[] = {
	{.id = 10,
	 .parent = 1,
	 .program = program,
	 .began = "program",
	 .ended = "exit",
	 .is_armed = true,
	 .was_locked = true,
	 .violations = 13,
	 .counts = {{.requests = 1225, .bytes = 313808}, {.requests = 13, .bytes = 940}}},
	{.id = 11,
	 .parent = 10,
	 .program = worst,
	 .began = "fork",
	 .ended = "exit",
	 .is_armed = true,
	 .was_locked = true},
};

static struct report model_of(const char *name)
{
	static char version[] = "1.2.3", verdict[] = "FAIL";
	static char reason[] = "13 violations <in> 2 sites";
	struct report report = {
		.version = version,
		.command = markup,
		.verdict = verdict,
		.reason = reason,
		.status = 99,
		.start_s = 1700000000,
		.process_count = COUNT_OF(small_processes),
		.processes = small_processes,
		.site_count = COUNT_OF(small_sites),
		.sites = small_sites,
	};

	if (strcmp(name, "small") == 0 || strcmp(name, "changed") == 0)
		report.profile = small_view(false);
	if (strcmp(name, "huge") != 0)
		return report;
	report.profile = huge_view();
	report.site_count = report.process_count = 30000;
	report.sites = must(calloc(report.site_count, sizeof(*report.sites)));
	report.processes = must(calloc(report.process_count, sizeof(*report.processes)));
	for (size_t i = 0; i < report.site_count; i++) {
		report.sites[i] = small_sites[i % COUNT_OF(small_sites)];
		snprintf(report.sites[i].id, REPORT_ID_SIZE, "%016zx", i);
		report.processes[i] = small_processes[i % COUNT_OF(small_processes)];
		if (asprintf(&report.processes[i].program, "%s %zu", markup, i) < 0)
			abort();
	}
	return report;
}

/* ---- facts ----------------------------------------------------------------------------------- */

static const char *const measures[HTML_FIGURES] = {
	[HTML_REQUESTS] = "requests",	    [HTML_BYTES] = "bytes",
	[HTML_PEAK_BLOCKS] = "peak_blocks", [HTML_PEAK_BYTES] = "peak_bytes",
	[HTML_LIVE_BLOCKS] = "live_blocks", [HTML_LIVE_BYTES] = "live_bytes",
	[HTML_TEMPORARY] = "temporary",
};

static json_t *figures_of(const struct view_figures *figures)
{
	json_t *all = json_object();

	for (size_t i = 0; i < HTML_FIGURES; i++)
		json_object_set_new(all, measures[i],
				    json_integer((json_int_t)html_figure(figures, i)));
	return all;
}

static json_t *totals_of(const struct profile_view *view)
{
	return json_pack("[o, o]", figures_of(&view->totals[REPORT_INIT]),
			 figures_of(&view->totals[REPORT_LOCKED]));
}

static json_t *threads_of(const struct profile_view *view)
{
	json_t *threads = json_array();

	for (size_t i = 0; i < view->thread_count; i++) {
		struct view_figures sum = {0};

		for (size_t j = 0; j < view->row_count; j++)
			if (view->rows[j].thread == i)
				view_add(&sum, &view->rows[j].figures);
		json_array_append_new(threads,
				      json_pack("[i, o]", view->threads[i].id, figures_of(&sum)));
	}
	return threads;
}

static json_t *sites_of(const struct profile_view *view)
{
	json_t *sites = json_object();

	for (size_t i = 0; i < view->site_count && view->site_count < 100; i++)
		json_object_set_new(sites, view->sites[i].id,
				    json_pack("[o, o]",
					      figures_of(&view->sites[i].figures[REPORT_INIT]),
					      figures_of(&view->sites[i].figures[REPORT_LOCKED])));
	return sites;
}

static json_t *facts_of_view(const struct profile_view *view)
{
	if (view == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "totals", totals_of(view), "threads", threads_of(view),
			 "sites", sites_of(view));
}

/* In the timeline of the first process, which is the one that is shown first. */
static json_int_t late_of(const struct profile_view *view)
{
	uint64_t late = 0;

	for (size_t i = 1; i < view->point_count && view->points[i].process == 0; i++)
		if (view->points[i - 1].phase == REPORT_LOCKED)
			late += view->points[i].requests - view->points[i - 1].requests;
	return (json_int_t)late;
}

static json_t *facts_of(const struct report *report, const struct report *old)
{
	uint64_t violations = 0, requests = 0;

	for (size_t i = 0; i < report->site_count; i++)
		violations += report->sites[i].count;
	for (size_t i = 0; i < report->process_count; i++)
		requests += report->processes[i].counts[REPORT_INIT].requests;
	return json_pack("{s:s, s:I, s:I, s:I, s:o, s:o}", "verdict", "FAIL", "violations",
			 (json_int_t)violations, "requests", (json_int_t)requests, "late",
			 report->profile != NULL ? late_of(report->profile) : 0, "now",
			 facts_of_view(report->profile), "old",
			 facts_of_view(old != NULL ? old->profile : NULL));
}

int main(int count, char **words)
{
	struct report report, old = {.command = markup};
	struct report_options options = {.root = NULL};

	if (count < 3)
		return 2;
	report = model_of(words[2]);
	if (strcmp(words[2], "changed") == 0) {
		old.profile = small_view(true);
		options.old = &old;
	}
	if (strcmp(words[1], "html") == 0)
		report_write_html(&report, &options, stdout);
	else
		json_dumpf(facts_of(&report, options.old), stdout, JSON_INDENT(1));
	return fflush(stdout) != 0 || ferror(stdout);
}
