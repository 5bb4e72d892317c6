/* SPDX-License-Identifier: MIT */
/*
 * A report as one page that needs nothing else: the page of html/report.html with the report as
 * data in it. It must not know what the data says.
 */
#define _GNU_SOURCE
#include "report.h"

#include "emit.h"
#include "html_page.h"
#include "html_page_text.h"

#include <stdlib.h>
#include <string.h>

/* Stands in it for the data. */
static const char mark[] = "@data@";

/* Whatever is in a report, page and data together are smaller than 3 MB. */
#define DATA_MOST 2700000

static const struct html_limits most = {
	.nodes = 20000,
	.threads = 64,
	.sites = 1000,
	.violations = 1000,
	.processes = 1000,
	.points = 8192,
	.name_size = 512,
};

/* A smaller page. A name is never shorter than that it says something. */
static struct html_limits smaller(struct html_limits limits)
{
	return (struct html_limits){
		.nodes = limits.nodes / 2,
		.threads = limits.threads / 2,
		.sites = limits.sites / 2,
		.violations = limits.violations / 2,
		.processes = limits.processes / 2,
		.points = limits.points / 2,
		.name_size = limits.name_size > 64 ? limits.name_size / 2 : 64,
	};
}

/* Returns the data under these limits, to be freed. */
static char *make_data(const struct report *report, const struct report *old,
		       const struct html_tree *tree, struct html_limits limits, size_t *size)
{
	char *data = NULL;
	struct html_page page = {
		.report = report,
		.old = old,
		.tree = tree,
		.limits = limits,
		.out = emit_checked(open_memstream(&data, size)),
	};

	html_names_begin(&page.names, limits.name_size);
	fputs("{\n", page.out);
	html_write_report(&page);
	html_write_points(&page);
	html_write_calls(&page);
	html_names_write(&page.names, page.out);
	fputs("}\n", page.out);
	html_names_free(&page.names);
	if (fclose(page.out) != 0)
		emit_no_memory();
	return data;
}

/* No text of the data may look like markup: in JSON a `<` stands in strings alone. */
static void write_data(const char *data, size_t size, FILE *out)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] == '<')
			fputs("\\u003c", out);
		else
			putc(data[i], out);
}

static size_t written_size(const char *data, size_t size)
{
	size_t all = size;

	for (size_t i = 0; i < size; i++)
		all += data[i] == '<' ? sizeof("\\u003c") - 2 : 0;
	return all;
}

void report_write_html(const struct report *report, const struct report_options *options, FILE *out)
{
	const struct report *old = options->old;
	const char *page = (const char *)html_page_text;
	const char *at = memmem(page, html_page_size, mark, sizeof(mark) - 1);
	struct html_limits limits = most;
	struct html_tree tree;
	size_t size;
	char *data;

	html_tree_join(&tree, report->profile, old != NULL ? old->profile : NULL);
	data = make_data(report, old, &tree, limits, &size);
	while (written_size(data, size) > DATA_MOST && limits.nodes > 1) {
		free(data);
		limits = smaller(limits);
		data = make_data(report, old, &tree, limits, &size);
	}
	fwrite(page, 1, (size_t)(at - page), out);
	write_data(data, size, out);
	at += sizeof(mark) - 1;
	fwrite(at, 1, (size_t)(page + html_page_size - at), out);
	free(data);
	html_tree_free(&tree);
}
