/* SPDX-License-Identifier: MIT */
/*
 * The same filter as it is usually written: a context from malloc() for each request, copies of all
 * headers, a hash table, asprintf() for lines, protobuf-c for messages. It does what filter.c does
 * and gives back all that it took; no failure of malloc() is looked at. A line that asks the heap
 * for memory has the comment "heap": tests/command/header_filter_heap.test compares these lines
 * with those that the library's reports name.
 */
#define _GNU_SOURCE
#include "filter.h"

#include "headers.h"
#include "line.h"
#include "naive_list.h"
#include "naive_report.h"
#include "naive_table.h"
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_LENGTH 3

struct filter_request {
	struct filter *filter;
	char *id;
	char *call_status; /* NULL until there is one */
	char *label;	   /* likewise */
	const char *verdict;
	report_message *report;
	void *out; /* what the last call made */
};

struct filter {
	struct filter_settings settings;
	struct filter_counts counts;
	uint64_t last_id;
	struct table *chosen;
	size_t left; /* requests that may still be begun */
};

/* The host's memory only says how many requests there may be. */
size_t filter_size(size_t requests)
{
	return requests * sizeof(struct filter_request);
}

struct filter *filter_start(void *memory, size_t size, const struct filter_settings *settings)
{
	struct filter *filter;

	(void)memory;
	if (size < filter_size(1))
		return NULL;
	filter = calloc(1, sizeof(*filter)); /* heap */
	filter->settings = *settings;
	filter->last_id = settings->seed;
	filter->left = size / filter_size(1);
	filter->chosen = table_new();
	for (const char *const *name = settings->chosen; *name != NULL; name++)
		table_add(filter->chosen, text_of(*name));
	return filter;
}

void filter_stop(struct filter *filter)
{
	table_free(filter->chosen);
	free(filter);
}

/* ---- the log --------------------------------------------------------------------------------- */

/* Takes the line over. */
static void say(struct filter_request *request, enum filter_level level, char *line, size_t length)
{
	const struct filter_settings *settings = &request->filter->settings;

	for (size_t i = 0; i < length; i++) {
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	}
	settings->log(settings->log_context, level, line,
		      length < LINE_MAX_LENGTH ? length : LINE_MAX_LENGTH);
	free(line);
}

static void warn(struct filter_request *request, const char *what, const char *consequence)
{
	char *line;
	int length = asprintf(&line, "%s %s%s", request->id, what, consequence); /* heap */

	if (length >= 0)
		say(request, FILTER_WARNING, line, (size_t)length);
}

/* The value of a reply may have zero bytes in it, at which asprintf() would end. */
static void log_header(struct filter_request *request, const char *what,
		       const struct header *header)
{
	char *line, *at;
	int length = asprintf(&line, "%s %s header ", request->id, what); /* heap */
	size_t size = (size_t)length + header->name.length + 2 + header->value.length;

	line = realloc(line, size + 1); /* heap */
	at = mempcpy(line + length, header->name.at, header->name.length);
	at = mempcpy(at, ": ", 2);
	memcpy(at, header->value.at, header->value.length);
	say(request, FILTER_INFO, line, size);
}

/* ---- a header map ---------------------------------------------------------------------------- */

static void note_malformed(struct filter_request *request, const char *what,
			   const char *consequence)
{
	request->filter->counts.malformed++;
	warn(request, what, consequence);
}

/* Returns the names in the Connection headers, for table_free(), or NULL if the map must stay. */
static struct table *open_map(struct filter_request *request, const char *what,
			      struct filter_bytes map, struct headers *headers)
{
	struct headers all;
	struct header header;
	struct table *names;
	struct hops hops = {0};

	if (!headers_open(headers, map)) {
		note_malformed(request, what, " headers are malformed: passed on as they are");
		return NULL;
	}
	all = *headers;
	while (headers_next(&all, &header))
		hops_note(&hops, &header);
	if (hops.too_many) {
		request->filter->counts.too_large++;
		warn(request, what,
		     " headers name too many connection options: passed on as they are");
		return NULL;
	}
	names = table_new();
	for (unsigned i = 0; i < hops.count; i++)
		table_add(names, hops.names[i]);
	return names;
}

static bool ends_here(const struct table *names, const struct header *header)
{
	struct hops hops = {.names = {header->name}, .count = table_has(names, header->name)};

	return hops_end(&hops, header);
}

static bool keep(struct filter_request *request, const char *what, const struct table *names,
		 const struct header *header)
{
	if (!rules_allow(header)) {
		request->filter->counts.dropped++;
		warn(request, what, " header is not allowed: dropped");
		return false;
	}
	if (table_has(request->filter->chosen, header->name))
		log_header(request, what, header);
	return !ends_here(names, header);
}

/* The sizes of headers that are left out count, as in the other filter. Empties the list. */
static bool finish(struct filter_request *request, const char *what, struct list *list,
		   size_t headers, struct filter_bytes *out)
{
	bool fits = list_size(list) + 8 * (headers - list->count) <= FILTER_ARENA_SIZE;

	if (fits) {
		free(request->out);
		request->out = list_map(list);
		*out = (struct filter_bytes){request->out, list_size(list)};
	} else {
		request->filter->counts.too_large++;
		warn(request, what, " headers are too large: passed on as they are");
	}
	list_free(list);
	return fits;
}

/* ---- the request ----------------------------------------------------------------------------- */

static char *new_id(struct filter *filter)
{
	uint64_t n = filter->last_id += 0x9e3779b97f4a7c15;
	char *id;

	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	if (asprintf(&id, "%016" PRIx64, n ^ n >> 31) < 0) /* heap */
		return NULL;
	return id;
}

struct filter_request *filter_begin(struct filter *filter)
{
	struct filter_request *request;

	if (filter->left == 0) {
		filter->counts.no_context++;
		return NULL;
	}
	filter->left--;
	filter->counts.requests++;
	request = calloc(1, sizeof(*request)); /* heap */
	request->filter = filter;
	request->verdict = "unknown";
	request->id = new_id(filter);
	request->report = report_new(request->id);
	return request;
}

void filter_end(struct filter_request *request)
{
	request->filter->left++;
	report_free(request->report);
	free(request->id);
	free(request->call_status);
	free(request->label);
	free(request->out);
	free(request);
}

static void find_id(struct filter_request *request, struct headers headers)
{
	struct header header;

	while (headers_next(&headers, &header)) {
		if (text_is(header.name, "x-request-id") && rules_is_id(header.value)) {
			free(request->id);
			request->id = strndup(header.value.at, header.value.length); /* heap */
			return;
		}
	}
}

bool filter_request_headers(struct filter_request *request, struct filter_bytes map,
			    struct filter_bytes *out)
{
	struct list list = {0};
	struct headers headers;
	struct header header;
	struct table *names = open_map(request, "request", map, &headers);

	if (names == NULL)
		return false;
	find_id(request, headers);
	report_free(request->report);
	request->report = report_new(request->id);
	while (headers_next(&headers, &header)) {
		report_note(request->report, &header,
			    table_has(request->filter->chosen, header.name));
		if (keep(request, "request", names, &header) &&
		    !text_is(header.name, "x-request-id"))
			list_add(&list, header.name, header.value);
	}
	table_free(names);
	list_add(&list, text_of("x-request-id"), text_of(request->id));
	request->report->sent = (uint32_t)list.count;
	if (finish(request, "request", &list, headers.count + 1, out))
		return true;
	request->report->sent = request->report->received;
	return false;
}

/* ---- the calls ------------------------------------------------------------------------------- */

bool filter_call(struct filter_request *request, struct filter_bytes *out)
{
	const struct filter_settings *settings = &request->filter->settings;
	struct list list = {0};

	list_add(&list, text_of(":method"), text_of("GET"));
	list_add(&list, text_of(":scheme"), text_of("http"));
	list_add(&list, text_of(":authority"), text_of(settings->call_authority));
	list_add(&list, text_of(":path"), text_of(settings->call_path));
	list_add(&list, text_of("x-request-id"), text_of(request->id));
	return finish(request, "call-out", &list, list.count, out);
}

bool filter_message(struct filter_request *request, struct filter_bytes *out)
{
	bool framed = request->filter->settings.framed;

	free(request->out);
	request->out = report_pack(request->report, framed, &out->size);
	out->data = request->out;
	return true;
}

static void note_failed(struct filter_request *request, const char *what)
{
	request->filter->counts.failed_calls++;
	warn(request, what, " had no reply");
}

void filter_call_reply(struct filter_request *request, struct filter_bytes map)
{
	struct headers headers;
	struct header header;

	if (!headers_open(&headers, map)) {
		note_malformed(request, "call-out reply", " headers are malformed: ignored");
		return;
	}
	if (headers.count == 0)
		note_failed(request, "call-out");
	while (headers_next(&headers, &header)) {
		log_header(request, "call-out reply", &header);
		if (text_is(header.name, ":status") && header.value.length == STATUS_LENGTH &&
		    rules_is_id(header.value)) {
			free(request->call_status);
			request->call_status = strndup(header.value.at, STATUS_LENGTH); /* heap */
		}
	}
}

void filter_message_reply(struct filter_request *request, struct filter_bytes message)
{
	bool accepted;
	char *label;

	if (message.data == NULL) {
		note_failed(request, "gRPC call");
		return;
	}
	label = report_read_verdict(message, request->filter->settings.framed, &accepted);
	if (label == NULL) {
		note_malformed(request, "gRPC reply", " is malformed: ignored");
		return;
	}
	free(request->label);
	request->label = label;
	request->verdict = accepted ? "accepted" : "rejected";
}

/* ---- the response ---------------------------------------------------------------------------- */

static bool is_own(struct text name)
{
	return text_is(name, "x-request-id") || text_is(name, "x-callout-status") ||
	       text_is(name, "x-header-verdict") || text_is(name, "x-header-label");
}

bool filter_response_headers(struct filter_request *request, struct filter_bytes map,
			     struct filter_bytes *out)
{
	struct list list = {0};
	struct headers headers;
	struct header header;
	struct table *names = open_map(request, "response", map, &headers);
	const char *status = request->call_status == NULL ? "none" : request->call_status;

	if (names == NULL)
		return false;
	while (headers_next(&headers, &header)) {
		if (keep(request, "response", names, &header) && !is_own(header.name))
			list_add(&list, header.name, header.value);
	}
	table_free(names);
	list_add(&list, text_of("x-request-id"), text_of(request->id));
	list_add(&list, text_of("x-callout-status"), text_of(status));
	list_add(&list, text_of("x-header-verdict"), text_of(request->verdict));
	if (request->label != NULL && request->label[0] != '\0')
		list_add(&list, text_of("x-header-label"), text_of(request->label));
	return finish(request, "response", &list, headers.count + 4, out);
}

const char *filter_request_id(const struct filter_request *request)
{
	return request->id;
}

void filter_get_counts(const struct filter *filter, struct filter_counts *out)
{
	*out = filter->counts;
}
