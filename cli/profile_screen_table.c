/* SPDX-License-Identifier: MIT */
/*
 * The table of a profile: a group a line, the largest first, or whole stacks. It must not know what
 * groups are made of.
 */
#define _GNU_SOURCE
#include "profile_screen.h"

#include "emit.h"
#include "escape.h"
#include "frame.h"
#include "profile_words.h"
#include "screen_line.h"
#include "wrapper.h"

#include <stdlib.h>
#include <string.h>

#define NAME_LEAST 8

/* On a narrower screen callers are shown in the place of modules. */
#define MODULE_WIDTH 100

/* A row as it is shown: numbers as text. */
struct shown {
	char count[PROFILE_NUMBER_SIZE], late[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE];
	const char *entry;
};

struct table {
	const struct profile_view *view;
	const struct profile_screen *screen;
	bool has_late, has_entry;
	int count, late, entry, bytes; /* widths */
};

static bool has_places(enum view_key key)
{
	return key == VIEW_BY_FUNCTION || key == VIEW_BY_SITE || key == VIEW_BY_STACK;
}

static struct shown show(const struct view_group *group, enum view_measure measure)
{
	struct view_figures all = view_both(group->figures);
	struct profile_pair late = profile_pair_of(&group->figures[REPORT_LOCKED], measure);
	struct profile_pair pair = measure == VIEW_LATE ? late : profile_pair_of(&all, measure);
	struct shown shown = {.entry = group->entry != NULL ? group->entry : "several"};

	profile_number(pair.blocks, shown.count);
	profile_number(late.blocks, shown.late);
	screen_bytes(pair.bytes, shown.bytes);
	return shown;
}

static int larger(int width, const char *text)
{
	int other = (int)strlen(text);

	return width > other ? width : other;
}

static struct table measure_columns(const struct profile_view *view,
				    const struct profile_screen *screen,
				    const struct view_groups *groups, size_t count)
{
	struct table table = {
		.view = view,
		.screen = screen,
		.has_late = screen->measure != VIEW_LATE && view->was_locked,
		.has_entry = has_places(screen->by),
		.late = (int)strlen("late"),
	};

	for (size_t i = 0; i < count; i++) {
		struct shown shown = show(&groups->groups[i], screen->measure);

		table.count = larger(table.count, shown.count);
		table.late = larger(table.late, shown.late);
		table.bytes = larger(table.bytes, shown.bytes);
		table.entry = larger(table.entry, shown.entry);
	}
	return table;
}

static const char *name_of(const struct table *table, const struct view_group *group)
{
	const struct profile_view *view = table->view;
	const struct view_row *row = &view->rows[group->row];
	uint32_t origin = view->sites[group->site].origin;

	switch (table->screen->by) {
	case VIEW_BY_THREAD:
		return view->threads[row->thread].name;
	case VIEW_BY_PROCESS:
		return view->processes[row->process].program;
	case VIEW_BY_PHASE:
		return row->phase == REPORT_LOCKED ? "while locked" : "not locked";
	case VIEW_BY_MODULE:
		return origin != VIEW_NONE ? view_frame_of(view, origin)->module : NULL;
	default:
		return origin != VIEW_NONE ? view_frame_of(view, origin)->function : NULL;
	}
}

/*
 * Where a site is told to be: as its origin, unless a function of a library of the system that the
 * origin called says more. Sites of one origin differ in these.
 */
static uint32_t place_of(const struct profile_view *view, const struct view_site *site)
{
	for (uint32_t node = site->node; node != site->origin && node != VIEW_NONE;
	     node = view->nodes[node].parent) {
		const struct report_frame *frame = view_frame_of(view, node);

		if (frame->function != NULL && !frame_is_runtime(frame) &&
		    frame_is_of_system(frame) && !wrapper_is_known(frame->function))
			return node;
	}
	return site->origin;
}

/* " < caller < its caller", as far as there is room. */
static void print_callers(FILE *out, const struct table *table, uint32_t node, size_t columns)
{
	const struct profile_view *view = table->view;

	for (node = view->nodes[node].parent; node != VIEW_NONE; node = view->nodes[node].parent) {
		const struct report_frame *frame = view_frame_of(view, node);
		size_t needed;

		if (frame->function == NULL || frame_is_runtime(frame))
			continue;
		needed = screen_put_link(out, '<',
					 (struct slice){frame->function, strlen(frame->function)},
					 columns);
		if (needed > columns || strcmp(frame->function, "main") == 0)
			return;
		columns -= needed;
	}
}

static void print_place(FILE *out, const struct table *table, const struct view_group *group,
			size_t columns)
{
	const struct profile_view *view = table->view;
	const struct view_site *site = &view->sites[group->site];
	uint32_t node = table->screen->by == VIEW_BY_SITE ? place_of(view, site) : site->origin;
	const struct report_frame *origin = node != VIEW_NONE ? view_frame_of(view, node) : NULL;
	const char *name = name_of(table, group);
	struct screen_where where = {0};
	char *whole = NULL, *shorter = NULL;
	size_t used;

	if (table->screen->by == VIEW_BY_SITE && origin != NULL)
		name = origin->function;
	/* Sites of one function differ in the callers: these say more than the module. */
	if (table->has_entry && origin != NULL)
		where = (struct screen_where){
			.module = table->screen->by == VIEW_BY_SITE && name != NULL &&
						  table->screen->screen.width < MODULE_WIDTH
					  ? NULL
					  : origin->module,
			.file = group->one_file ? origin->file : NULL,
			.line = group->one_line ? origin->line : 0,
			.offset = name == NULL && group->sites == 1 ? origin->offset : 0,
		};
	if (table->has_entry && name != NULL) {
		struct slice part = frame_short_name(name);

		whole = emit_checked(strndup(name, frame_name_length(name)));
		shorter = emit_checked(strndup(part.start, part.length));
	}
	used = screen_put_place(out, &table->screen->screen, whole != NULL ? whole : name, shorter,
				&where, columns);
	free(whole);
	free(shorter);
	if (table->screen->by == VIEW_BY_SITE && node != VIEW_NONE)
		print_callers(out, table, node, columns - used);
	else if (table->screen->by == VIEW_BY_FUNCTION && site->called != VIEW_NONE)
		screen_put_called(out, view_frame_of(view, site->called)->function, columns - used);
	else if (!table->has_entry && columns - used >= 20)
		fprintf(out, "  %zu site%s", group->sites, group->sites == 1 ? "" : "s");
}

static void print_group(FILE *out, const struct table *table, const struct view_group *group)
{
	const struct screen_options *options = &table->screen->screen;
	struct shown shown = show(group, table->screen->measure);
	size_t before = 2 + (size_t)table->count + 2 + 2 + (size_t)table->bytes + 2;

	screen_style(out, options, SCREEN_BOLD);
	fprintf(out, "  %*s x", table->count, shown.count);
	screen_style(out, options, SCREEN_PLAIN);
	if (table->has_late) {
		fprintf(out, "  %*s late", table->late, shown.late);
		before += 2 + (size_t)table->late + 5;
	}
	if (table->has_entry) {
		fprintf(out, " %-*s", table->entry, shown.entry);
		before += 1 + (size_t)table->entry;
	}
	fprintf(out, "  %*s  ", table->bytes, shown.bytes);
	before += NAME_LEAST;
	print_place(out, table, group,
		    NAME_LEAST + (options->width > before ? options->width - before : 0));
	fputc('\n', out);
}

/* Groups of which there is nothing to show by the measure come last. */
static size_t count_worth(const struct view_groups *groups, enum view_measure measure)
{
	size_t count = 0;

	while (count < groups->count && view_measure(groups->groups[count].figures, measure) > 0)
		count++;
	return count;
}

static void print_rest(FILE *out, const struct view_groups *groups, size_t shown, size_t worth,
		       const struct profile_screen *screen)
{
	struct profile_pair sum = {0, 0};
	char number[PROFILE_NUMBER_SIZE], bytes[SCREEN_BYTES_SIZE];

	for (size_t i = shown; i < worth; i++) {
		struct view_figures all = view_both(groups->groups[i].figures);
		struct profile_pair pair = profile_pair_of(
			screen->measure == VIEW_LATE ? &groups->groups[i].figures[REPORT_LOCKED]
						     : &all,
			screen->measure);

		sum.blocks += pair.blocks;
		sum.bytes += pair.bytes;
	}
	fprintf(out, "  and %zu more, %s x, %s\n", worth - shown,
		profile_number(sum.blocks, number), screen_bytes(sum.bytes, bytes));
}

void profile_screen_table(FILE *out, const struct profile_view *view,
			  const struct profile_screen *screen, size_t lines)
{
	struct view_groups groups = view_group_rows(view, screen->by, screen->measure);
	size_t worth = count_worth(&groups, screen->measure);
	size_t shown = worth <= lines ? worth : lines - 1;
	struct table table;

	if (screen->screen.top > 0)
		shown = screen->screen.top < worth ? screen->screen.top : worth;
	table = measure_columns(view, screen, &groups, shown);
	for (size_t i = 0; i < shown; i++)
		print_group(out, &table, &groups.groups[i]);
	if (shown < worth)
		print_rest(out, &groups, shown, worth, screen);
	if (worth == 0)
		fputs("  nothing\n", out);
	view_groups_free(&groups);
}

/* ---- whole stacks ---------------------------------------------------------------------------- */

static void print_frame(FILE *out, const struct profile_view *view, uint32_t node, size_t number)
{
	const struct report_frame *frame = view_frame_of(view, node);

	fprintf(out, "      #%zu ", number);
	frame_write(frame, out);
	if (frame->file != NULL) {
		fputs("  ", out);
		escape_write(frame->file, out);
		fprintf(out, ":%u", frame->line);
	}
	fputc('\n', out);
}

void profile_screen_full(FILE *out, const struct profile_view *view,
			 const struct profile_screen *screen)
{
	struct view_groups groups = view_group_rows(view, VIEW_BY_STACK, screen->measure);
	size_t worth = count_worth(&groups, screen->measure);

	if (screen->screen.top > 0 && screen->screen.top < worth)
		worth = screen->screen.top;
	for (size_t i = 0; i < worth; i++) {
		const struct view_group *group = &groups.groups[i];
		struct shown shown = show(group, screen->measure);
		uint32_t node = view->rows[group->row].node;

		fprintf(out, "  %s x %s  %s  site %s\n", shown.count, shown.entry, shown.bytes,
			view->sites[group->site].id);
		for (size_t number = 0; node != VIEW_NONE; node = view->nodes[node].parent)
			print_frame(out, view, node, number++);
	}
	view_groups_free(&groups);
}
