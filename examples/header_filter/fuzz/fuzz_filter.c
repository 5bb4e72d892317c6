/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer drives a whole life of a request through the filter, and through the naive one, which
 * has naive_ before its names here. The input is cut into what comes from outside: a byte of flags,
 * three lengths, the request's map, the call-out's reply, the gRPC reply, and the response's map.
 * A map is bytes, or, by a flag, made of lines "name: value". Each part lies in a block of its own
 * size, so that AddressSanitizer sees who reads past it.
 *
 * What must be so for every input is checked here by code of its own: outputs are maps of allowed
 * headers without those of the last hop and with one id, the counts fit what came of the calls, and
 * the two filters gave the same results, counts and lines.
 */
#define _GNU_SOURCE
#include "filter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* For each function of filter.h the one of naive.c: the Makefile renames them. */
struct filter *naive_start(void *memory, size_t size, const struct filter_settings *settings);
void naive_stop(struct filter *filter);
struct filter_request *naive_begin(struct filter *filter);
void naive_end(struct filter_request *request);
bool naive_request_headers(struct filter_request *request, struct filter_bytes map,
			   struct filter_bytes *out);
bool naive_response_headers(struct filter_request *request, struct filter_bytes map,
			    struct filter_bytes *out);
bool naive_call(struct filter_request *request, struct filter_bytes *out);
bool naive_message(struct filter_request *request, struct filter_bytes *out);
void naive_call_reply(struct filter_request *request, struct filter_bytes map);
void naive_message_reply(struct filter_request *request, struct filter_bytes message);
const char *naive_request_id(const struct filter_request *request);
void naive_get_counts(const struct filter *filter, struct filter_counts *out);
size_t naive_size(size_t requests);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum flag {
	REQUEST_LINES = 1,
	REPLY_LINES = 2,
	RESPONSE_LINES = 4,
	FRAMED = 8,
	MESSAGE_RAW = 16, /* else a verdict is made of the bytes */
	NO_MESSAGE = 32,
	LONG_VALUE = 64, /* one more header, near the arena's size */
};

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* ---- inputs ---------------------------------------------------------------------------------- */

static struct filter_bytes block(const void *data, size_t size)
{
	void *copy = malloc(size);

	if (size > 0)
		memcpy(copy, data, size);
	return (struct filter_bytes){copy, size};
}

static void put_u32(uint8_t *at, size_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(n >> 8 * i);
}

static size_t get_u32(const uint8_t *at)
{
	return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

struct maker {
	uint8_t sizes[1 << 16], data[1 << 16];
	size_t count, used;
};

static void put(struct maker *maker, const uint8_t *bytes, size_t size)
{
	put_u32(maker->sizes + 4 * maker->count++, size);
	if (size > 0)
		memcpy(maker->data + maker->used, bytes, size);
	maker->data[maker->used + size] = 0;
	maker->used += size + 1;
}

/* A line without a colon is a name; a colon at the begin belongs to the name. */
static struct filter_bytes map_of_lines(const uint8_t *at, size_t size, size_t long_value)
{
	static struct maker maker;
	static uint8_t bytes[sizeof(maker.sizes) + sizeof(maker.data) + 4], filler[1 << 15];
	const uint8_t *end = at + size;

	maker.count = maker.used = 0;
	while (at < end && maker.count < sizeof(maker.sizes) / 4 - 4) {
		const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *colon;

		if (line_end == NULL)
			line_end = end;
		colon = line_end > at ? memchr(at + 1, ':', (size_t)(line_end - at - 1)) : NULL;
		put(&maker, at, (size_t)((colon == NULL ? line_end : colon) - at));
		at = colon == NULL ? line_end : colon + 1;
		if (at < line_end && *at == ' ')
			at++;
		put(&maker, at, (size_t)(line_end - at));
		at = line_end + (line_end < end);
	}
	if (long_value > 0) {
		put(&maker, (const uint8_t *)"long", 4);
		memset(filler, 'l', sizeof(filler));
		put(&maker, filler, long_value);
	}
	put_u32(bytes, maker.count / 2);
	memcpy(bytes + 4, maker.sizes, 4 * maker.count);
	memcpy(bytes + 4 + 4 * maker.count, maker.data, maker.used);
	return block(bytes, 4 + 4 * maker.count + maker.used);
}

/* A message with a label of these bytes, accepted if there are any; unlike protobuf-c nanopb counts
 * what is behind a zero byte, so there is none. */
static struct filter_bytes verdict_of(const uint8_t *at, size_t size, bool framed)
{
	uint8_t bytes[64] = {0};
	size_t prefix = framed ? 5 : 0, length = size < 40 ? size : 40;

	bytes[prefix] = 8;
	bytes[prefix + 1] = size > 0;
	bytes[prefix + 2] = 18;
	bytes[prefix + 3] = (uint8_t)length;
	for (size_t i = 0; i < length; i++)
		bytes[prefix + 4 + i] = at[i] == 0 ? 'x' : at[i];
	if (framed)
		bytes[4] = (uint8_t)(4 + length);
	return block(bytes, prefix + 4 + length);
}

struct input {
	uint8_t flags;
	struct filter_bytes request, reply, message, response;
};

static size_t take(size_t wanted, size_t *left)
{
	size_t taken = wanted < *left ? wanted : *left;

	*left -= taken;
	return taken;
}

static void cut(struct input *input, const uint8_t *data, size_t size)
{
	size_t left = size - 7, request = take((size_t)data[1] << 8 | data[2], &left),
	       reply = take((size_t)data[3] << 8 | data[4], &left),
	       message = take((size_t)data[5] << 8 | data[6], &left);
	const uint8_t *at = data + 7;

	input->flags = data[0];
	input->request = input->flags & REQUEST_LINES
				 ? map_of_lines(at, request,
						input->flags & LONG_VALUE
							? FILTER_ARENA_SIZE - 200 + message % 256
							: 0)
				 : block(at, request);
	at += request;
	input->reply = input->flags & REPLY_LINES ? map_of_lines(at, reply, 0) : block(at, reply);
	at += reply;
	if (input->flags & NO_MESSAGE)
		input->message = (struct filter_bytes){NULL, 0};
	else if (input->flags & MESSAGE_RAW)
		input->message = block(at, message);
	else
		input->message = verdict_of(at, message, input->flags & FRAMED);
	at += message;
	input->response =
		input->flags & RESPONSE_LINES ? map_of_lines(at, left, 0) : block(at, left);
}

/* ---- what must be so ------------------------------------------------------------------------- */

/* Returns whether bytes are a header map, as filter.h describes it. */
static bool is_map(struct filter_bytes map)
{
	const uint8_t *bytes = map.data;
	size_t count, at;

	if (map.size < 4)
		return map.size == 0;
	count = get_u32(bytes);
	if (count > (map.size - 4) / 8)
		return false;
	at = 4 + 8 * count;
	for (size_t i = 0; i < 2 * count; i++) {
		size_t size = get_u32(bytes + 4 + 4 * i);

		if (at >= map.size || size >= map.size - at || bytes[at + size] != 0)
			return false;
		at += size + 1;
	}
	return at == map.size;
}

static bool is(const uint8_t *name, size_t size, const char *string)
{
	return size == strlen(string) && strncasecmp((const char *)name, string, size) == 0;
}

static void check_name(const uint8_t *name, size_t size)
{
	CHECK(size > (size > 0 && name[0] == ':'));
	for (size_t i = name[0] == ':'; i < size; i++)
		CHECK(name[i] < 128 && (isalnum(name[i]) || strchr("!#$%&'*+-.^_`|~", name[i])));
	CHECK(memchr(name, 0, size) == NULL);
	CHECK(!is(name, size, "connection") && !is(name, size, "keep-alive"));
	CHECK(!is(name, size, "proxy-connection") && !is(name, size, "transfer-encoding"));
	CHECK(!is(name, size, "upgrade"));
}

static void check_output(struct filter_bytes out, const char *id)
{
	const uint8_t *bytes = out.data;
	size_t count, at, ids = 0;

	CHECK(out.size >= 4 && out.size <= FILTER_ARENA_SIZE);
	CHECK(is_map(out));
	CHECK(strlen(id) > 0 && strlen(id) <= FILTER_ID_MAX);
	count = get_u32(bytes);
	at = 4 + 8 * count;
	for (size_t i = 0; i < count; i++) {
		size_t name = get_u32(bytes + 4 + 8 * i), value = get_u32(bytes + 8 + 8 * i);
		const uint8_t *text = bytes + at;

		at += name + 1;
		check_name(text, name);
		for (size_t j = 0; j < value; j++)
			CHECK(strchr("\r\n", bytes[at + j]) == NULL);
		if (is(text, name, "te"))
			CHECK(is(bytes + at, value, "trailers"));
		if (is(text, name, "x-request-id")) {
			CHECK(value == strlen(id) && memcmp(bytes + at, id, value) == 0);
			ids++;
		}
		at += value + 1;
	}
	CHECK(ids == 1);
}

/* ---- one life -------------------------------------------------------------------------------- */

static struct outcome {
	char text[1 << 19]; /* results, counts and lines */
	size_t length;
	unsigned warnings;
} outcomes[2];

static void note(struct outcome *outcome, const void *bytes, size_t size)
{
	CHECK(sizeof(outcome->text) - outcome->length >= size + sizeof(size));
	memcpy(outcome->text + outcome->length, &size, sizeof(size));
	memcpy(outcome->text + outcome->length + sizeof(size), bytes, size);
	outcome->length += sizeof(size) + size;
}

static void note_line(void *context, enum filter_level level, const char *line, size_t length)
{
	struct outcome *outcome = context;

	CHECK(length > 0 && length <= 256);
	for (size_t i = 0; i < length; i++)
		CHECK(line[i] >= ' ' && line[i] <= '~');
	outcome->warnings += level == FILTER_WARNING;
	note(outcome, &level, sizeof(level));
	note(outcome, line, length);
}

static struct filter_settings settings_of(struct outcome *outcome, const struct input *input)
{
	static const char *const chosen[] = {"user-agent", "x-request-id", ":status", NULL};

	outcome->length = outcome->warnings = 0;
	return (struct filter_settings){
		.call_authority = "a",
		.call_path = "/",
		.chosen = chosen,
		.seed = 7,
		.framed = input->flags & FRAMED,
		.log = note_line,
		.log_context = outcome,
	};
}

static void note_counts(struct outcome *outcome, const struct filter_counts *counts,
			const struct input *input, unsigned results)
{
	size_t no_maps =
		(size_t)!is_map(input->request) + !is_map(input->reply) + !is_map(input->response);

	/* Each thing that is counted has its warning. */
	CHECK(counts->requests == 1 && counts->no_context == 1);
	CHECK(counts->malformed + counts->too_large + counts->dropped + counts->failed_calls ==
	      outcome->warnings);
	CHECK(counts->malformed == no_maps ||
	      (counts->malformed == no_maps + 1 && !(input->flags & NO_MESSAGE)));
	CHECK(counts->failed_calls <= 2);
	/* Of the four calls for a result, those without one are malformed or too large. */
	CHECK(4 - results <= counts->malformed + counts->too_large);
	note(outcome, counts, sizeof(*counts));
}

#define LIFE(prefix, outcome)                                                                      \
	static void prefix##_life(const struct input *input)                                       \
	{                                                                                          \
		struct filter_settings settings = settings_of(outcome, input);                     \
		size_t size = prefix##_size(1);                                                    \
		void *memory = malloc(size);                                                       \
		struct filter *filter = prefix##_start(memory, size, &settings);                   \
		struct filter_request *request = prefix##_begin(filter);                           \
		struct filter_bytes out;                                                           \
		struct filter_counts counts;                                                       \
		unsigned results = 0;                                                              \
                                                                                                   \
		CHECK(prefix##_begin(filter) == NULL);                                             \
		if (prefix##_request_headers(request, input->request, &out)) {                     \
			check_output(out, prefix##_request_id(request));                           \
			note(outcome, out.data, out.size);                                         \
			results++;                                                                 \
		}                                                                                  \
		if (prefix##_call(request, &out)) {                                                \
			check_output(out, prefix##_request_id(request));                           \
			note(outcome, out.data, out.size);                                         \
			results++;                                                                 \
		}                                                                                  \
		if (prefix##_message(request, &out)) {                                             \
			note(outcome, out.data, out.size);                                         \
			results++;                                                                 \
		}                                                                                  \
		prefix##_call_reply(request, input->reply);                                        \
		prefix##_message_reply(request, input->message);                                   \
		if (prefix##_response_headers(request, input->response, &out)) {                   \
			check_output(out, prefix##_request_id(request));                           \
			note(outcome, out.data, out.size);                                         \
			results++;                                                                 \
		}                                                                                  \
		prefix##_get_counts(filter, &counts);                                              \
		note_counts(outcome, &counts, input, results);                                     \
		prefix##_end(request);                                                             \
		prefix##_stop(filter);                                                             \
		free(memory);                                                                      \
	}

LIFE(filter, &outcomes[0])
LIFE(naive, &outcomes[1])

static void release(struct filter_bytes bytes)
{
	free((void *)(uintptr_t)bytes.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input;

	if (size < 7 || size > 8192)
		return 0;
	cut(&input, data, size);
	filter_life(&input);
	/* Of bytes that are no message nanopb and protobuf-c think differently. */
	if (!(input.flags & MESSAGE_RAW) || input.flags & NO_MESSAGE) {
		naive_life(&input);
		CHECK(outcomes[0].length == outcomes[1].length);
		CHECK(memcmp(outcomes[0].text, outcomes[1].text, outcomes[0].length) == 0);
	}
	release(input.request);
	release(input.reply);
	release(input.message);
	release(input.response);
	return 0;
}
