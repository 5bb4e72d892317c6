/* SPDX-License-Identifier: MIT */
/*
 * What a page says of calls: the tree that fits into it, and the figures at its nodes by phase,
 * thread and run. It must not know how the tree was cut.
 */
#define _GNU_SOURCE
#include "html_page.h"

#include "emit.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- threads --------------------------------------------------------------------------------- */

/* A thread of a run; in two runs those with one name, of one program, are one. */
struct thread {
	uint64_t name; /* of the page: number; until then 0 */
	const char *program, *own_name;
	uint32_t id;
	uint64_t requests;
	uint64_t number; /* in the page */
};

struct threads {
	struct thread *threads;
	size_t count;
	uint32_t *of_view[HTML_RUNS];
	struct intern numbers;
	bool is_compared;
};

struct wanted_thread {
	const struct threads *threads;
	const struct thread *thread;
};

static bool is_thread(const void *context, uint32_t number)
{
	const struct wanted_thread *wanted = context;
	const struct thread *thread = &wanted->threads->threads[number];

	return wanted->threads->is_compared &&
	       strcmp(thread->program, wanted->thread->program) == 0 &&
	       strcmp(thread->own_name, wanted->thread->own_name) == 0;
}

static void add_thread(struct threads *threads, const struct profile_view *view, size_t run,
		       size_t number)
{
	const struct view_thread *from = &view->threads[number];
	struct thread thread = {
		.program = from->process != VIEW_NONE ? view->processes[from->process].program : "",
		.own_name = from->name,
		.id = from->id,
	};
	struct wanted_thread wanted = {threads, &thread};
	uint64_t hash = intern_add_bytes(0, thread.own_name, strlen(thread.own_name));
	uint32_t found = intern_find(&threads->numbers, hash, is_thread, &wanted);

	if (found == INTERN_NONE) {
		found = (uint32_t)threads->count;
		threads->threads[threads->count++] = thread;
	}
	threads->of_view[run][number] = found;
}

static void find_threads(const struct html_tree *tree, struct threads *threads)
{
	size_t most = 1;

	*threads = (struct threads){.is_compared = tree->views[HTML_OLD] != NULL};
	for (size_t run = 0; run < HTML_RUNS; run++)
		most += tree->views[run] != NULL ? tree->views[run]->thread_count : 0;
	threads->threads = emit_checked(calloc(most, sizeof(*threads->threads)));
	for (size_t run = 0; run < HTML_RUNS; run++) {
		const struct profile_view *view = tree->views[run];

		if (view == NULL)
			continue;
		threads->of_view[run] =
			emit_checked(calloc(view->thread_count + 1, sizeof(uint32_t)));
		for (size_t i = 0; i < view->thread_count; i++)
			add_thread(threads, view, run, i);
		for (size_t i = 0; i < view->row_count; i++)
			threads->threads[threads->of_view[run][view->rows[i].thread]].requests +=
				view->rows[i].figures.requests;
	}
}

static void threads_free(struct threads *threads)
{
	free(threads->threads);
	for (size_t run = 0; run < HTML_RUNS; run++)
		free(threads->of_view[run]);
	intern_free(&threads->numbers);
}

static int by_falling_requests(const void *a, const void *b)
{
	const struct thread *one = *(const struct thread *const *)a;
	const struct thread *other = *(const struct thread *const *)b;

	if (one->requests != other->requests)
		return one->requests > other->requests ? -1 : 1;
	return one < other ? -1 : 1;
}

static uint64_t name_thread(struct html_page *page, const struct threads *threads,
			    const struct thread *thread)
{
	uint64_t name;
	char *text;
	int length = threads->is_compared
			     ? asprintf(&text, "%s: %s", thread->program, thread->own_name)
			     : asprintf(&text, "%s: %s (%u)", thread->program, thread->own_name,
					thread->id);

	if (length < 0)
		emit_no_memory();
	name = html_name(&page->names, text);
	free(text);
	return name;
}

/* Those that have most requests have names of their own; the last one stands for all others. */
static void write_threads(struct html_page *page, struct threads *threads)
{
	static const struct html_column columns[] = {{"name", offsetof(struct thread, name)}};
	struct thread **order = emit_checked(calloc(threads->count + 1, sizeof(struct thread *)));
	size_t shown =
		threads->count < page->limits.threads ? threads->count : page->limits.threads;
	struct thread *named = emit_checked(calloc(shown + 1, sizeof(*named)));

	for (size_t i = 0; i < threads->count; i++)
		order[i] = &threads->threads[i];
	qsort(order, threads->count, sizeof(struct thread *), by_falling_requests);
	for (size_t i = 0; i < threads->count; i++) {
		order[i]->number = i < shown ? i : shown;
		if (i < shown)
			named[i].name = name_thread(page, threads, order[i]);
	}
	named[shown].name = html_name(&page->names, "(all others)");
	html_columns_write("threads", columns, COUNT_OF(columns), named, sizeof(*named),
			   shown + (threads->count > shown), page->out);
	free(order);
	free(named);
}

/* ---- figures --------------------------------------------------------------------------------- */

struct row {
	uint64_t node, thread, phase, run;
	uint64_t figures[HTML_FIGURES];
};

static int by_place(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	const uint64_t ones[] = {one->node, one->thread, one->phase, one->run};
	const uint64_t others[] = {other->node, other->thread, other->phase, other->run};

	for (size_t i = 0; i < COUNT_OF(ones); i++)
		if (ones[i] != others[i])
			return ones[i] < others[i] ? -1 : 1;
	return 0;
}

/* Adds up rows of one place. Returns how many there are then. */
static size_t join_rows(struct row *rows, size_t count)
{
	size_t joined = 0;

	qsort(rows, count, sizeof(*rows), by_place);
	for (size_t i = 0; i < count; i++) {
		if (joined == 0 || by_place(&rows[joined - 1], &rows[i]) != 0) {
			rows[joined++] = rows[i];
			continue;
		}
		for (size_t j = 0; j < HTML_FIGURES; j++)
			rows[joined - 1].figures[j] += rows[i].figures[j];
	}
	return joined;
}

static void write_figures(struct html_page *page, const struct threads *threads,
			  const struct html_cut *cut)
{
#define FIGURE(which) (offsetof(struct row, figures) + (which) * sizeof(uint64_t))
	static const struct html_column columns[] = {
		{"node", offsetof(struct row, node)},	   {"thread", offsetof(struct row, thread)},
		{"phase", offsetof(struct row, phase)},	   {"run", offsetof(struct row, run)},
		{"requests", FIGURE(HTML_REQUESTS)},	   {"bytes", FIGURE(HTML_BYTES)},
		{"peak_blocks", FIGURE(HTML_PEAK_BLOCKS)}, {"peak_bytes", FIGURE(HTML_PEAK_BYTES)},
		{"live_blocks", FIGURE(HTML_LIVE_BLOCKS)}, {"live_bytes", FIGURE(HTML_LIVE_BYTES)},
		{"temporary", FIGURE(HTML_TEMPORARY)},
	};
#undef FIGURE
	const struct html_tree *tree = page->tree;
	size_t room = 1, count = 0;
	struct row *rows;

	for (size_t run = 0; run < HTML_RUNS; run++)
		room += tree->views[run] != NULL ? tree->views[run]->row_count : 0;
	rows = emit_checked(calloc(room, sizeof(*rows)));
	for (size_t run = 0; run < HTML_RUNS; run++)
		for (size_t i = 0; tree->views[run] != NULL && i < tree->views[run]->row_count;
		     i++) {
			const struct view_row *from = &tree->views[run]->rows[i];
			uint32_t thread = threads->of_view[run][from->thread];
			struct row *row = &rows[count++];

			*row = (struct row){
				.node = cut->of_joined[tree->of_view[run][from->node]],
				.thread = threads->threads[thread].number,
				.phase = from->phase,
				.run = run,
			};
			for (size_t j = 0; j < HTML_FIGURES; j++)
				row->figures[j] = html_figure(&from->figures, j);
		}
	count = join_rows(rows, count);
	html_columns_write("figures", columns, COUNT_OF(columns), rows, sizeof(*rows), count,
			   page->out);
	free(rows);
}

/* ---- the tree -------------------------------------------------------------------------------- */

static void write_tree(struct html_page *page, const struct html_cut *cut)
{
	struct node {
		uint64_t parent, frame, left_out;
	};
	static const struct html_column columns[] = {
		{"parent", offsetof(struct node, parent)},
		{"frame", offsetof(struct node, frame)},
		{"left_out", offsetof(struct node, left_out)},
	};
	struct node *nodes = emit_checked(calloc(cut->count, sizeof(*nodes)));

	for (size_t i = 0; i < cut->count; i++) {
		const struct html_node *from = &cut->nodes[i];
		struct report_frame frame;

		nodes[i] = (struct node){.parent = from->parent, .left_out = from->left_out};
		if (from->frame == NULL)
			continue;
		frame = *from->frame;
		if (from->has_lines)
			frame.line = 0;
		nodes[i].frame = html_frame(&page->names, &frame);
	}
	html_columns_write("tree", columns, COUNT_OF(columns), nodes, sizeof(*nodes), cut->count,
			   page->out);
	free(nodes);
}

void html_write_calls(struct html_page *page)
{
	struct threads threads;
	struct html_cut cut;

	html_tree_cut(page->tree, page->limits.nodes, &cut);
	find_threads(page->tree, &threads);
	write_threads(page, &threads);
	write_tree(page, &cut);
	write_figures(page, &threads, &cut);
	html_write_sites(page, &cut);
	threads_free(&threads);
	html_cut_free(&cut);
}
