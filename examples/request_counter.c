/* SPDX-License-Identifier: MIT */
/*
 * The callbacks of http-parser, which hands out a request in pieces of any size: names and values
 * are put together in a table whose size is fixed. A callback that returns non-zero ends the
 * reading with an error.
 */
#define _POSIX_C_SOURCE 200809L
#include "request_counter.h"

#include <http_parser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct header {
	char name[REQUEST_NAME_SIZE];
	char value[REQUEST_VALUE_SIZE];
	char *copy; /* NULL unless copies are kept */
};

enum part { BETWEEN_HEADERS, IN_NAME, IN_VALUE };

struct request_counter {
	http_parser parser;
	http_parser_settings callbacks;
	enum request_keep keep;
	const char *error;
	char url[REQUEST_URL_SIZE];
	struct header *headers; /* REQUEST_HEADERS_MAX of them */
	size_t header_count;
	enum part part; /* what the last piece of a header belonged to */
	bool complete;
	uint64_t body_bytes;
	struct request_totals totals;
};

static int refuse(struct request_counter *counter, const char *error)
{
	counter->error = error;
	return 1;
}

/* Adds a piece to a terminated text with room for size bytes. Returns whether it fitted. */
static bool append(char *text, size_t size, const char *piece, size_t length)
{
	size_t used = strlen(text);

	if (length >= size - used)
		return false;
	memcpy(text + used, piece, length);
	text[used + length] = '\0';
	return true;
}

static int on_message_begin(http_parser *parser)
{
	struct request_counter *counter = parser->data;

	return counter->complete ? refuse(counter, "there is more than one request") : 0;
}

static int on_url(http_parser *parser, const char *piece, size_t length)
{
	struct request_counter *counter = parser->data;

	if (!append(counter->url, sizeof(counter->url), piece, length))
		return refuse(counter, "the URL is too long");
	return 0;
}

/* The last header, if one was begun, is whole. */
static int finish_header(struct request_counter *counter)
{
	struct header *header;

	if (counter->part == BETWEEN_HEADERS)
		return 0;
	counter->part = BETWEEN_HEADERS;
	header = &counter->headers[counter->header_count - 1];
	if (counter->keep == REQUEST_KEEP_COPIES) {
		/* The mistake: a heap request for each header of each request. */
		header->copy = strdup(header->value);
		if (header->copy == NULL)
			return refuse(counter, "no memory for the copy of a header");
	}
	return 0;
}

static int on_header_field(http_parser *parser, const char *piece, size_t length)
{
	struct request_counter *counter = parser->data;
	struct header *header;

	if (counter->part != IN_NAME) {
		if (finish_header(counter) != 0)
			return 1;
		if (counter->header_count == REQUEST_HEADERS_MAX)
			return refuse(counter, "too many headers");
		header = &counter->headers[counter->header_count++];
		header->name[0] = '\0';
		header->value[0] = '\0';
		counter->part = IN_NAME;
	}
	header = &counter->headers[counter->header_count - 1];
	if (!append(header->name, sizeof(header->name), piece, length))
		return refuse(counter, "the name of a header is too long");
	return 0;
}

static int on_header_value(http_parser *parser, const char *piece, size_t length)
{
	struct request_counter *counter = parser->data;
	struct header *header = &counter->headers[counter->header_count - 1];

	counter->part = IN_VALUE;
	if (!append(header->value, sizeof(header->value), piece, length))
		return refuse(counter, "the value of a header is too long");
	return 0;
}

static int on_headers_complete(http_parser *parser)
{
	return finish_header(parser->data);
}

static int on_body(http_parser *parser, const char *piece, size_t length)
{
	struct request_counter *counter = parser->data;

	(void)piece;
	counter->body_bytes += length;
	return 0;
}

static int on_message_complete(http_parser *parser)
{
	struct request_counter *counter = parser->data;

	counter->complete = true;
	return finish_header(counter); /* of the trailer: headers may also follow the body */
}

/* Forgets the request read last. */
static void clear(struct request_counter *counter)
{
	for (size_t i = 0; i < counter->header_count; i++) {
		free(counter->headers[i].copy);
		counter->headers[i].copy = NULL;
	}
	counter->header_count = 0;
	counter->body_bytes = 0;
	counter->url[0] = '\0';
	counter->part = BETWEEN_HEADERS;
	counter->complete = false;
	counter->error = NULL;
}

struct request_counter *request_counter_create(enum request_keep keep)
{
	struct request_counter *counter = calloc(1, sizeof(*counter));

	if (counter == NULL)
		return NULL;
	counter->headers = calloc(REQUEST_HEADERS_MAX, sizeof(*counter->headers));
	if (counter->headers == NULL) {
		free(counter);
		return NULL;
	}
	counter->keep = keep;
	http_parser_init(&counter->parser, HTTP_REQUEST);
	http_parser_settings_init(&counter->callbacks);
	counter->callbacks.on_message_begin = on_message_begin;
	counter->callbacks.on_url = on_url;
	counter->callbacks.on_header_field = on_header_field;
	counter->callbacks.on_header_value = on_header_value;
	counter->callbacks.on_headers_complete = on_headers_complete;
	counter->callbacks.on_body = on_body;
	counter->callbacks.on_message_complete = on_message_complete;
	return counter;
}

void request_counter_destroy(struct request_counter *counter)
{
	if (counter == NULL)
		return;
	clear(counter);
	free(counter->headers);
	free(counter);
}

bool request_counter_read(struct request_counter *counter, const char *bytes, size_t length)
{
	size_t used;

	clear(counter);
	http_parser_init(&counter->parser, HTTP_REQUEST);
	counter->parser.data = counter;
	used = http_parser_execute(&counter->parser, &counter->callbacks, bytes, length);
	if (counter->error != NULL)
		return false;
	if (HTTP_PARSER_ERRNO(&counter->parser) != HPE_OK)
		counter->error = http_errno_description(HTTP_PARSER_ERRNO(&counter->parser));
	else if (!counter->complete)
		counter->error = "the request ends early";
	else if (used != length)
		counter->error = "there are further bytes after the request";
	if (counter->error != NULL)
		return false;
	counter->totals.requests++;
	counter->totals.headers += counter->header_count;
	counter->totals.body_bytes += counter->body_bytes;
	return true;
}

const char *request_counter_error(const struct request_counter *counter)
{
	return counter->error != NULL ? counter->error : "no error";
}

const char *request_counter_method(const struct request_counter *counter)
{
	return http_method_str((enum http_method)counter->parser.method);
}

const char *request_counter_url(const struct request_counter *counter)
{
	return counter->url;
}

size_t request_counter_header_count(const struct request_counter *counter)
{
	return counter->header_count;
}

const char *request_counter_header(const struct request_counter *counter, const char *name)
{
	for (size_t i = 0; i < counter->header_count; i++)
		if (strcasecmp(counter->headers[i].name, name) == 0)
			return counter->headers[i].value;
	return NULL;
}

struct request_totals request_counter_totals(const struct request_counter *counter)
{
	return counter->totals;
}
