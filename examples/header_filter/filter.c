/* SPDX-License-Identifier: MIT */
/*
 * The filter without the heap: all that it will ever need is a pool of requests, which lies with
 * the filter itself in the memory that the host gave at the start.
 */
#include "filter.h"

#include "headers.h"
#include "line.h"
#include "report.h"
#include "rules.h"

#include <string.h>

#define STATUS_SIZE 4

_Static_assert(REPORT_MESSAGE_MAX <= FILTER_ARENA_SIZE, "a report fits the arena");

struct filter_request {
	struct filter *filter;
	struct filter_request *next; /* in the pool */
	char id[FILTER_ID_MAX + 1];
	char call_status[STATUS_SIZE]; /* "" until there is one */
	char label[REPORT_LABEL_SIZE];
	enum { NO_VERDICT, ACCEPTED, REJECTED } verdict;
	report_fields report;
	_Alignas(max_align_t) unsigned char arena[FILTER_ARENA_SIZE]; /* of the call under way */
};

struct filter {
	struct filter_settings settings;
	struct filter_counts counts;
	uint64_t last_id;
	struct filter_request *pool;
	struct filter_request requests[];
};

size_t filter_size(size_t requests)
{
	return sizeof(struct filter) + requests * sizeof(struct filter_request);
}

struct filter *filter_start(void *memory, size_t size, const struct filter_settings *settings)
{
	struct filter *filter = memory;

	if (size < filter_size(1))
		return NULL;
	*filter = (struct filter){.settings = *settings, .last_id = settings->seed};
	for (size_t n = (size - sizeof(*filter)) / sizeof(*filter->requests); n > 0; n--) {
		struct filter_request *request = &filter->requests[n - 1];

		request->next = filter->pool;
		filter->pool = request;
	}
	return filter;
}

void filter_stop(struct filter *filter)
{
	filter->pool = NULL;
}

/* ---- the log --------------------------------------------------------------------------------- */

static void say(struct filter_request *request, enum filter_level level, const struct line *line)
{
	const struct filter_settings *settings = &request->filter->settings;

	settings->log(settings->log_context, level, line->text, line->length);
}

static void warn(struct filter_request *request, const char *what, const char *consequence)
{
	struct line line;

	line_begin(&line, request->id);
	line_add(&line, text_of(what));
	line_add(&line, text_of(consequence));
	say(request, FILTER_WARNING, &line);
}

static void log_header(struct filter_request *request, const char *what,
		       const struct header *header)
{
	struct line line;

	line_begin(&line, request->id);
	line_add(&line, text_of(what));
	line_add(&line, text_of(" header "));
	line_add(&line, header->name);
	line_add(&line, text_of(": "));
	line_add(&line, header->value);
	say(request, FILTER_INFO, &line);
}

/* ---- a header map ---------------------------------------------------------------------------- */

static bool is_chosen(const struct filter *filter, struct text name)
{
	for (const char *const *chosen = filter->settings.chosen; *chosen != NULL; chosen++) {
		if (text_is(name, *chosen))
			return true;
	}
	return false;
}

static void note_malformed(struct filter_request *request, const char *what,
			   const char *consequence)
{
	request->filter->counts.malformed++;
	warn(request, what, consequence);
}

/* Reads the Connection headers of a map before the others. Returns false if it must stay. */
static bool open_map(struct filter_request *request, const char *what, struct filter_bytes map,
		     struct headers *headers, struct hops *hops)
{
	struct header header;
	struct headers all;

	if (!headers_open(headers, map)) {
		note_malformed(request, what, " headers are malformed: passed on as they are");
		return false;
	}
	hops->count = 0;
	hops->too_many = false;
	all = *headers;
	while (headers_next(&all, &header))
		hops_note(hops, &header);
	if (!hops->too_many)
		return true;
	request->filter->counts.too_large++;
	warn(request, what, " headers name too many connection options: passed on as they are");
	return false;
}

/* Returns whether a header is to be in the result, and logs it if it is a chosen one. */
static bool keep(struct filter_request *request, const char *what, const struct hops *hops,
		 const struct header *header)
{
	if (!rules_allow(header)) {
		request->filter->counts.dropped++;
		warn(request, what, " header is not allowed: dropped");
		return false;
	}
	if (is_chosen(request->filter, header->name))
		log_header(request, what, header);
	return !hops_end(hops, header);
}

static bool finish(struct filter_request *request, const char *what, struct headers_writer *writer,
		   struct filter_bytes *out)
{
	size_t size = headers_end(writer);

	if (size == 0) {
		request->filter->counts.too_large++;
		warn(request, what, " headers are too large: passed on as they are");
		return false;
	}
	*out = (struct filter_bytes){request->arena, size};
	return true;
}

/* ---- the request ----------------------------------------------------------------------------- */

/* Each id is the next of a sequence in which all 2^64 occur once, in an order that looks random. */
static void make_id(struct filter *filter, char id[FILTER_ID_MAX + 1])
{
	uint64_t n = filter->last_id += 0x9e3779b97f4a7c15;

	n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
	n = (n ^ n >> 27) * 0x94d049bb133111eb;
	n ^= n >> 31;
	for (int i = 0; i < 16; i++)
		id[i] = "0123456789abcdef"[n >> (60 - 4 * i) & 0xf];
	id[16] = '\0';
}

struct filter_request *filter_begin(struct filter *filter)
{
	struct filter_request *request = filter->pool;

	if (request == NULL) {
		filter->counts.no_context++;
		return NULL;
	}
	filter->pool = request->next;
	filter->counts.requests++;
	request->filter = filter;
	request->verdict = NO_VERDICT;
	request->call_status[0] = '\0';
	request->label[0] = '\0';
	make_id(filter, request->id);
	report_begin(&request->report, request->id);
	return request;
}

void filter_end(struct filter_request *request)
{
	request->next = request->filter->pool;
	request->filter->pool = request;
}

/* Takes over the id that came, if there is one. */
static void find_id(struct filter_request *request, struct headers headers)
{
	struct header header;

	while (headers_next(&headers, &header)) {
		if (text_is(header.name, "x-request-id") && rules_is_id(header.value)) {
			memcpy(request->id, header.value.at, header.value.length);
			request->id[header.value.length] = '\0';
			return;
		}
	}
}

bool filter_request_headers(struct filter_request *request, struct filter_bytes map,
			    struct filter_bytes *out)
{
	struct headers_writer writer;
	struct headers headers;
	struct header header;
	struct hops hops;

	if (!open_map(request, "request", map, &headers, &hops))
		return false;
	find_id(request, headers);
	report_begin(&request->report, request->id);
	headers_write(&writer, request->arena, sizeof(request->arena), headers.count + 1);
	while (headers_next(&headers, &header)) {
		report_note(&request->report, &header, is_chosen(request->filter, header.name));
		if (keep(request, "request", &hops, &header) &&
		    !text_is(header.name, "x-request-id"))
			headers_add(&writer, header.name, header.value);
	}
	headers_add(&writer, text_of("x-request-id"), text_of(request->id));
	request->report.sent = writer.count;
	if (finish(request, "request", &writer, out))
		return true;
	request->report.sent = request->report.received;
	return false;
}

/* ---- the calls ------------------------------------------------------------------------------- */

bool filter_call(struct filter_request *request, struct filter_bytes *out)
{
	const struct filter_settings *settings = &request->filter->settings;
	struct headers_writer writer;

	headers_write(&writer, request->arena, sizeof(request->arena), 5);
	headers_add(&writer, text_of(":method"), text_of("GET"));
	headers_add(&writer, text_of(":scheme"), text_of("http"));
	headers_add(&writer, text_of(":authority"), text_of(settings->call_authority));
	headers_add(&writer, text_of(":path"), text_of(settings->call_path));
	headers_add(&writer, text_of("x-request-id"), text_of(request->id));
	return finish(request, "call-out", &writer, out);
}

bool filter_message(struct filter_request *request, struct filter_bytes *out)
{
	size_t size = report_write(&request->report, request->filter->settings.framed,
				   request->arena, sizeof(request->arena));

	if (size == 0)
		return false;
	*out = (struct filter_bytes){request->arena, size};
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
		if (text_is(header.name, ":status") && header.value.length == STATUS_SIZE - 1 &&
		    rules_is_id(header.value)) {
			memcpy(request->call_status, header.value.at, STATUS_SIZE - 1);
			request->call_status[STATUS_SIZE - 1] = '\0';
		}
	}
}

void filter_message_reply(struct filter_request *request, struct filter_bytes message)
{
	bool accepted;

	if (message.data == NULL)
		note_failed(request, "gRPC call");
	else if (!report_read_verdict(message, request->filter->settings.framed, &accepted,
				      request->label))
		note_malformed(request, "gRPC reply", " is malformed: ignored");
	else
		request->verdict = accepted ? ACCEPTED : REJECTED;
}

/* ---- the response ---------------------------------------------------------------------------- */

/* Returns whether only the filter may set this header of a response. */
static bool is_own(struct text name)
{
	return text_is(name, "x-request-id") || text_is(name, "x-callout-status") ||
	       text_is(name, "x-header-verdict") || text_is(name, "x-header-label");
}

bool filter_response_headers(struct filter_request *request, struct filter_bytes map,
			     struct filter_bytes *out)
{
	static const char *const verdicts[] = {"unknown", "accepted", "rejected"};
	const char *status = request->call_status[0] == '\0' ? "none" : request->call_status;
	struct headers_writer writer;
	struct headers headers;
	struct header header;
	struct hops hops;

	if (!open_map(request, "response", map, &headers, &hops))
		return false;
	headers_write(&writer, request->arena, sizeof(request->arena), headers.count + 4);
	while (headers_next(&headers, &header)) {
		if (keep(request, "response", &hops, &header) && !is_own(header.name))
			headers_add(&writer, header.name, header.value);
	}
	headers_add(&writer, text_of("x-request-id"), text_of(request->id));
	headers_add(&writer, text_of("x-callout-status"), text_of(status));
	headers_add(&writer, text_of("x-header-verdict"), text_of(verdicts[request->verdict]));
	if (request->label[0] != '\0')
		headers_add(&writer, text_of("x-header-label"), text_of(request->label));
	return finish(request, "response", &writer, out);
}

const char *filter_request_id(const struct filter_request *request)
{
	return request->id;
}

void filter_get_counts(const struct filter *filter, struct filter_counts *out)
{
	*out = filter->counts;
}
