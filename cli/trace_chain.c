/* SPDX-License-Identifier: MIT */
/*
 * The way of each request by the hook points, through all processes, by its id: which ways there
 * are and how often, and the slowest requests as waterfalls. It must not know what traced them.
 */
#define _GNU_SOURCE
#include "trace.h"

#include "escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BAR 40
#define SHOWN 5
#define WAYS 10

struct event {
	uint64_t time;
	char *id;
	size_t function;
	int process;
	size_t sequence;
};

struct request {
	const struct event *events;
	size_t count;
	size_t processes;
	uint64_t took;
};

struct trace_chain {
	const struct trace_targets *targets;
	struct event *events;
	size_t count, capacity;
	struct request *requests;
	size_t request_count;
};

struct trace_chain *trace_chain_new(const struct trace_targets *targets)
{
	struct trace_chain *chain = calloc(1, sizeof(*chain));

	if (chain == NULL)
		abort();
	chain->targets = targets;
	return chain;
}

void trace_chain_take(struct trace_chain *chain, const char *line)
{
	struct event event;

	event.time = trace_number(&line, 10);
	event.process = (int)trace_number(&line, 10);
	event.function = (size_t)trace_number(&line, 10);
	if (event.function >= chain->targets->function_count)
		return;
	if (chain->count == chain->capacity) {
		size_t capacity = chain->capacity > 0 ? 2 * chain->capacity : 1024;
		struct event *more = reallocarray(chain->events, capacity, sizeof(*more));

		if (more == NULL)
			abort();
		chain->events = more;
		chain->capacity = capacity;
	}
	event.id = strdup(line);
	event.sequence = chain->count;
	if (event.id == NULL)
		abort();
	chain->events[chain->count++] = event;
}

static int by_id_and_time(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	int order = strcmp(a->id, b->id);

	if (order != 0)
		return order;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static int by_duration(const void *left, const void *right)
{
	const struct request *a = left, *b = right;

	if (a->took != b->took)
		return a->took > b->took ? -1 : 1;
	return strcmp(a->events->id, b->events->id);
}

static bool is_same_way(const struct request *a, const struct request *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->events[i].function != b->events[i].function)
			return false;
	return true;
}

static size_t count_processes(const struct event *events, size_t count)
{
	size_t processes = 0;

	for (size_t i = 0; i < count; i++) {
		size_t before = 0;

		while (before < i && events[before].process != events[i].process)
			before++;
		processes += before == i;
	}
	return processes;
}

/* Sorts what came into requests. */
static void collect(struct trace_chain *chain)
{
	qsort(chain->events, chain->count, sizeof(*chain->events), by_id_and_time);
	chain->requests = calloc(chain->count + 1, sizeof(*chain->requests));
	if (chain->requests == NULL)
		abort();
	for (size_t i = 0; i < chain->count;) {
		struct request *request = &chain->requests[chain->request_count++];

		request->events = &chain->events[i];
		while (i < chain->count && strcmp(chain->events[i].id, request->events->id) == 0) {
			request->count++;
			i++;
		}
		request->processes = count_processes(request->events, request->count);
		request->took = request->events[request->count - 1].time - request->events[0].time;
	}
	qsort(chain->requests, chain->request_count, sizeof(*chain->requests), by_duration);
}

static const char *name_of(const struct trace_chain *chain, const struct event *event)
{
	return chain->targets->functions[event->function].shown;
}

/* ---- ways ------------------------------------------------------------------------------------ */

static void print_ways(struct trace_chain *chain, FILE *out)
{
	const struct request *first[WAYS];
	size_t counts[WAYS] = {0}, ways = 0, others = 0;

	for (size_t i = 0; i < chain->request_count; i++) {
		size_t way = 0;

		while (way < ways && !is_same_way(first[way], &chain->requests[i]))
			way++;
		if (way == WAYS) {
			others++;
			continue;
		}
		if (way == ways)
			first[ways++] = &chain->requests[i];
		counts[way]++;
	}
	for (size_t way = 0; way < ways; way++) {
		fprintf(out, "%10zu request%s by", counts[way], counts[way] == 1 ? "" : "s");
		for (size_t i = 0; i < first[way]->count; i++) {
			fputc(' ', out);
			escape_write(name_of(chain, &first[way]->events[i]), out);
		}
		fputc('\n', out);
	}
	if (others > 0)
		fprintf(out, "%10zu request%s by other ways\n", others, others == 1 ? "" : "s");
}

/* ---- the slowest ----------------------------------------------------------------------------- */

/* From each hook point to the next. */
static void print_waterfall(const struct trace_chain *chain, const struct request *request,
			    FILE *out)
{
	uint64_t begin = request->events[0].time, whole = request->took > 0 ? request->took : 1;

	fputc('\n', out);
	escape_write(request->events->id, out);
	fprintf(out, ": %zu hook point%s, %zu process%s, %.1f us\n", request->count,
		request->count == 1 ? "" : "s", request->processes,
		request->processes == 1 ? "" : "es", (double)request->took / 1e3);
	for (size_t i = 0; i < request->count; i++) {
		const struct event *event = &request->events[i];
		uint64_t next = i + 1 < request->count ? event[1].time : event->time;
		uint64_t from = (event->time - begin) * BAR / whole;
		uint64_t to = (next - begin) * BAR / whole;

		fprintf(out, "%10.1f us |", (double)(event->time - begin) / 1e3);
		for (uint64_t at = 0; at <= BAR; at++)
			fputc(at == from || (at > from && at < to) ? '#' : ' ', out);
		fprintf(out, "| %d ", event->process);
		escape_write(name_of(chain, event), out);
		fputc('\n', out);
	}
}

void trace_chain_print(struct trace_chain *chain, FILE *out)
{
	collect(chain);
	fprintf(out, "%zu request%s, %zu event%s\n", chain->request_count,
		chain->request_count == 1 ? "" : "s", chain->count, chain->count == 1 ? "" : "s");
	print_ways(chain, out);
	if (chain->request_count > 0) {
		const struct request *requests = chain->requests;
		size_t middle = chain->request_count / 2;

		fprintf(out, "time from the first to the last: median %.1f us, longest %.1f us\n",
			(double)requests[middle].took / 1e3, (double)requests[0].took / 1e3);
	}
	for (size_t i = 0; i < chain->request_count && i < SHOWN; i++)
		print_waterfall(chain, &chain->requests[i], out);
	for (size_t i = 0; i < chain->count; i++)
		free(chain->events[i].id);
	free(chain->events);
	free(chain->requests);
	free(chain);
}
