/* SPDX-License-Identifier: MIT */
/* host_load(): recorded HTTP/1.1 messages become maps, as a server would make them. */
#include "host.h"

#include "maps.h"

#include <http_parser.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 4096

struct message {
	struct map headers; /* but those that come first in a map */
	char target[TEXT_MAX], name[TEXT_MAX], value[TEXT_MAX], host[TEXT_MAX];
	bool in_value, complete;
};

/* A callback may get a text in parts. */
static void append(char *to, const char *at, size_t length)
{
	size_t used = strlen(to);

	if (length >= TEXT_MAX - used)
		length = TEXT_MAX - used - 1;
	memcpy(to + used, at, length);
	to[used + length] = '\0';
}

static void end_header(struct message *message)
{
	for (char *c = message->name; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	if (strcmp(message->name, "host") == 0)
		append(message->host, message->value, strlen(message->value));
	else if (message->in_value)
		map_add(&message->headers, message->name, message->value);
	message->name[0] = message->value[0] = '\0';
	message->in_value = false;
}

static int on_url(http_parser *parser, const char *at, size_t length)
{
	struct message *message = parser->data;

	append(message->target, at, length);
	return 0;
}

static int on_field(http_parser *parser, const char *at, size_t length)
{
	struct message *message = parser->data;

	if (message->in_value)
		end_header(message);
	append(message->name, at, length);
	return 0;
}

static int on_value(http_parser *parser, const char *at, size_t length)
{
	struct message *message = parser->data;

	message->in_value = true;
	append(message->value, at, length);
	return 0;
}

static int on_headers_complete(http_parser *parser)
{
	struct message *message = parser->data;

	if (message->in_value)
		end_header(message);
	message->complete = true;
	http_parser_pause(parser, 1);
	return 0;
}

/* The pseudo headers stand first. */
static struct filter_bytes map_of_message(const struct message *message, const http_parser *parser)
{
	static struct map map;
	char status[16];

	map.count = 0;
	map.sizes_size = map.data_size = 0;
	if (parser->type == HTTP_RESPONSE) {
		snprintf(status, sizeof(status), "%03u", (unsigned)parser->status_code);
		map_add(&map, ":status", status);
	} else {
		map_add(&map, ":authority", message->host);
		map_add(&map, ":path", message->target);
		map_add(&map, ":method", http_method_str(parser->method));
		map_add(&map, ":scheme", "http");
	}
	memcpy(map.sizes + map.sizes_size, message->headers.sizes, message->headers.sizes_size);
	memcpy(map.data + map.data_size, message->headers.data, message->headers.data_size);
	map.count += message->headers.count;
	map.sizes_size += message->headers.sizes_size;
	map.data_size += message->headers.data_size;
	return map_end(&map);
}

static bool load(struct host_recordings *recordings, const char *name)
{
	static const http_parser_settings settings = {
		.on_url = on_url,
		.on_header_field = on_field,
		.on_header_value = on_value,
		.on_headers_complete = on_headers_complete,
	};
	static struct message message;
	static char bytes[65536];
	FILE *file = fopen(name, "rb");
	http_parser parser;
	size_t size;

	if (file == NULL)
		return false;
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	memset(&message, 0, sizeof(message));
	http_parser_init(&parser, HTTP_BOTH);
	parser.data = &message;
	http_parser_execute(&parser, &settings, bytes, size);
	if (!message.complete || recordings->request_count == HOST_RECORDINGS ||
	    recordings->response_count == HOST_RECORDINGS)
		return false;
	if (parser.type == HTTP_RESPONSE)
		recordings->responses[recordings->response_count++] =
			map_of_message(&message, &parser);
	else
		recordings->requests[recordings->request_count++] =
			map_of_message(&message, &parser);
	return true;
}

bool host_load(struct host_recordings *recordings, char **files, int count)
{
	*recordings = (struct host_recordings){0};
	for (int i = 0; i < count; i++) {
		if (!load(recordings, files[i])) {
			fprintf(stderr, "%s: not a recorded HTTP/1.1 message\n", files[i]);
			return false;
		}
	}
	if (recordings->request_count > 0 && recordings->response_count > 0)
		return true;
	fprintf(stderr, "recordings of requests and of responses are needed\n");
	return false;
}
