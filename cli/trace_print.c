/* SPDX-License-Identifier: MIT */
/*
 * What bpftrace prints, by -f json, as lines, tables and histograms. Texts in it are the traced
 * program's: they are quoted.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "escape.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BAR 40

enum kind { CALLBACKS, CHAIN, STAGES, FIRST_VIOLATION, SIZES, PHASES };

struct trace_output {
	enum kind kind;
	const struct trace_targets *targets;
	struct trace_chain *chain;
	json_t *maps; /* by their names in the script */
	uint64_t begin;
	uint64_t printed; /* lines of the script */
	uint64_t lost;
};

struct trace_output *trace_output_new(const char *name, const struct trace_targets *targets)
{
	static const char *const names[] = {"callbacks",       "chain", "stages",
					    "first-violation", "sizes", "phases"};
	struct trace_output *output = calloc(1, sizeof(*output));

	if (output == NULL)
		abort();
	while (strcmp(names[output->kind], name) != 0)
		output->kind++;
	output->targets = targets;
	output->maps = json_object();
	if (output->kind == CHAIN)
		output->chain = trace_chain_new(targets);
	return output;
}

/* ---- while the program runs ------------------------------------------------------------------ */

static void print_stage(struct trace_output *output, const char *line)
{
	uint64_t time = trace_number(&line, 10), process = trace_number(&line, 10);
	uint64_t thread = trace_number(&line, 10), bytes = trace_number(&line, 10);
	uint64_t allocations = trace_number(&line, 10);

	if (output->begin == 0) {
		printf("        ms  process   thread     live bytes    allocations  stage\n");
		output->begin = time;
	}
	printf("%10.3f %8" PRIu64 " %8" PRIu64 " %14" PRId64 " %14" PRIu64 "  ",
	       (double)(int64_t)(time - output->begin) / 1e6, process, thread, (int64_t)bytes,
	       allocations);
	escape_write(line, stdout);
	putchar('\n');
	fflush(stdout);
}

static void print_first_violation(const char *line)
{
	uint64_t time = trace_number(&line, 10), process = trace_number(&line, 10);
	uint64_t locked = trace_number(&line, 10), thread = trace_number(&line, 10);
	uint64_t size = trace_number(&line, 10), site = trace_number(&line, 16);

	printf("process %" PRIu64 ": ", process);
	escape_write(line, stdout);
	printf("(%" PRIu64 ") on thread %" PRIu64 ", ", size, thread);
	if (locked != 0)
		printf("%.1f us after the lock, ", (double)(time - locked) / 1e3);
	printf("site %016" PRIx64 "\n", site);
	fflush(stdout);
}

static void take_text(struct trace_output *output, char *text)
{
	text[strcspn(text, "\n")] = '\0';
	output->printed++;
	if (output->kind == CHAIN)
		trace_chain_take(output->chain, text);
	else if (output->kind == STAGES)
		print_stage(output, text);
	else if (output->kind == FIRST_VIOLATION)
		print_first_violation(text);
}

uint64_t trace_output_take(struct trace_output *output, const char *line)
{
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *data = json_object_get(root, "data");
	const char *type = json_string_value(json_object_get(root, "type"));
	uint64_t tick = 0;

	if (type == NULL || data == NULL) {
		json_decref(root);
		return 0;
	}
	if (strcmp(type, "printf") == 0 && json_is_string(data)) {
		char *text = strdup(json_string_value(data));

		if (text != NULL && strncmp(text, "TICK ", 5) == 0)
			tick = strtoull(text + 5, NULL, 10);
		else if (text != NULL)
			take_text(output, text);
		free(text);
	} else if (strcmp(type, "lost_events") == 0) {
		output->lost += (uint64_t)json_integer_value(json_object_get(data, "events"));
	} else if (strcmp(type, "hist") == 0 || strcmp(type, "map") == 0) {
		json_object_update(output->maps, data);
	}
	json_decref(root);
	return tick;
}

/* ---- at the end ------------------------------------------------------------------------------ */

/* 4096 as "4K": histograms have powers of two. */
static void print_edge(int64_t edge, FILE *out)
{
	static const char units[] = " KMGTPE";
	unsigned unit = 0;

	for (; edge >= 1024 && edge % 1024 == 0 && units[unit + 1] != '\0'; unit++)
		edge /= 1024;
	fprintf(out, "%" PRId64, edge);
	if (unit > 0)
		fputc(units[unit], out);
}

static int64_t edge_of(const json_t *bin, const char *name, int64_t other)
{
	const json_t *edge = json_object_get(bin, name);

	return edge != NULL ? json_integer_value(edge) : other;
}

static int64_t count_of(const json_t *bin)
{
	return json_integer_value(json_object_get(bin, "count"));
}

static int64_t sum_of(const json_t *bins)
{
	int64_t sum = 0;

	for (size_t i = 0; i < json_array_size(bins); i++)
		sum += count_of(json_array_get(bins, i));
	return sum;
}

static void print_histogram(const json_t *bins, FILE *out)
{
	int64_t most = 1;

	for (size_t i = 0; i < json_array_size(bins); i++)
		if (count_of(json_array_get(bins, i)) > most)
			most = count_of(json_array_get(bins, i));
	for (size_t i = 0; i < json_array_size(bins); i++) {
		const json_t *bin = json_array_get(bins, i);
		char *range = NULL;
		size_t size;
		FILE *text = open_memstream(&range, &size);

		if (text == NULL)
			return;
		fputc('[', text);
		print_edge(edge_of(bin, "min", 0), text);
		fputs(", ", text);
		print_edge(edge_of(bin, "max", 0) + 1, text);
		fputc(')', text);
		fclose(text);
		fprintf(out, "  %-16s %10" PRId64 " |", range, count_of(bin));
		for (int64_t at = 0; at < BAR; at++)
			fputc(at * most < count_of(bin) * BAR ? '@' : ' ', out);
		fputs("|\n", out);
		free(range);
	}
}

static void print_callbacks(struct trace_output *output, FILE *out)
{
	const json_t *all = json_object_get(output->maps, "@ns");

	for (size_t i = 0; i < output->targets->function_count; i++) {
		char key[32];
		const json_t *bins;

		snprintf(key, sizeof(key), "%zu", i);
		bins = json_object_get(all, key);
		if (bins == NULL)
			continue;
		escape_write(output->targets->functions[i].shown, out);
		fprintf(out, ": %" PRId64 " call%s, ns\n", sum_of(bins),
			sum_of(bins) == 1 ? "" : "s");
		print_histogram(bins, out);
		fputc('\n', out);
	}
}

static void print_sizes(struct trace_output *output, FILE *out)
{
	static const char *const phases[] = {"before the lock", "after the lock"};
	const json_t *all = json_object_get(output->maps, "@sizes");

	for (int i = 0; i < 2; i++) {
		const json_t *bins = json_object_get(all, i == 0 ? "0" : "1");

		fprintf(out, "%s: %" PRId64 " request%s, bytes\n", phases[i], sum_of(bins),
			sum_of(bins) == 1 ? "" : "s");
		print_histogram(bins, out);
	}
}

static int64_t requests(const json_t *all, int function, int is_locked)
{
	char key[32];

	snprintf(key, sizeof(key), "%d,%d", function, is_locked);
	return json_integer_value(json_object_get(all, key));
}

static void print_phases(struct trace_output *output, FILE *out)
{
	static const char *const functions[] = {"malloc", "calloc", "realloc", "free"};
	const json_t *all = json_object_get(output->maps, "@requests");
	json_t *sites = json_object_get(output->maps, "@sites"), *count;
	const char *site;

	fprintf(out, "%-10s %14s %14s\n", "", "open", "locked");
	for (int i = 0; i < 4; i++)
		fprintf(out, "%-10s %14" PRId64 " %14" PRId64 "\n", functions[i],
			requests(all, i, 0), requests(all, i, 1));
	if (json_object_size(sites) == 0)
		return;
	fprintf(out, "\n%10s  site\n", "violations");
	json_object_foreach(sites, site, count)
	{
		const char *number = strrchr(site, ',');
		struct slice name = {site, number != NULL ? (size_t)(number - site) : strlen(site)};

		fprintf(out, "%10" PRId64 "  %016" PRIx64 " ", (int64_t)json_integer_value(count),
			number != NULL ? (uint64_t)strtoll(number + 1, NULL, 10) : 0);
		escape_write_part(name, out);
		fputc('\n', out);
	}
}

uint64_t trace_output_print(struct trace_output *output, FILE *out)
{
	uint64_t fired;

	if (output->kind == CALLBACKS)
		print_callbacks(output, out);
	else if (output->kind == CHAIN)
		trace_chain_print(output->chain, out);
	else if (output->kind == SIZES)
		print_sizes(output, out);
	else if (output->kind == PHASES)
		print_phases(output, out);
	fired = (uint64_t)json_integer_value(json_object_get(output->maps, "@fired"));
	json_decref(output->maps);
	return fired > output->printed ? fired - output->printed : output->lost;
}
