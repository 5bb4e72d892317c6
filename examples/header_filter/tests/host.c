/* SPDX-License-Identifier: MIT */
#include "host.h"

#include "hooks.h"
#include "maps.h"

#include <stdlib.h>
#include <string.h>

static void host_log(void *context, enum filter_level level, const char *line, size_t length)
{
	struct host *host = context;
	char *at;

	host->lines++;
	host->warnings += level == FILTER_WARNING;
	if (host->log == NULL || host->log_size - host->log_length < length + 4)
		return;
	at = host->log + host->log_length;
	memcpy(at, level == FILTER_WARNING ? "W " : "I ", 2);
	memcpy(at + 2, line, length);
	memcpy(at + 2 + length, "\n", 2);
	host->log_length += length + 3;
}

void host_start(struct host *host, size_t requests, bool framed, char *log, size_t log_size)
{
	static const char *const chosen[] = {"user-agent", "content-type", "x-request-id",
					     ":status", NULL};
	size_t size = filter_size(requests);

	host->settings = (struct filter_settings){
		.call_authority = "callout.example",
		.call_path = "/check",
		.chosen = chosen,
		.seed = 1,
		.framed = framed,
		.log = host_log,
		.log_context = host,
	};
	host->log = log;
	host->log_size = log_size;
	host->log_length = 0;
	host->lines = host->warnings = 0;
	if (log != NULL)
		log[0] = '\0';
	if (size > sizeof(host->memory))
		abort();
	host->filter = filter_start(host->memory, size, &host->settings);
	if (host->filter == NULL)
		abort();
}

void host_stop(struct host *host)
{
	filter_stop(host->filter);
}

struct host_life host_recorded_life(const struct host_recordings *recordings, size_t number,
				    bool framed)
{
	/* accepted: true, label: "get" */
	static const unsigned char verdict[] = {0, 0, 0, 0, 7, 8, 1, 18, 3, 'g', 'e', 't'};
	size_t prefix = framed ? 0 : 5;

	return (struct host_life){
		.request_headers = recordings->requests[number % recordings->request_count],
		.call_reply = recordings->responses[number % recordings->response_count],
		.message_reply = {verdict + prefix, sizeof(verdict) - prefix},
		.response_headers =
			recordings->responses[(number + 1) % recordings->response_count],
	};
}

/* Each step, between the hook points that all hosts have. */
static void request_headers(struct host_life *life)
{
	const char *id = hooks_id(life->request, life->request_headers);

	hookpointRead(id, hooks_number(life->request_headers.size));
	hookpointFiltersStart(id, HOOKS_FILTER);
	hookpointRequestHeadersStart(id, hooks_number(life->request_headers.size));
	life->made = filter_request_headers(life->request, life->request_headers, &life->out);
	hookpointRequestHeadersEnd(filter_request_id(life->request),
				   hooks_number(life->made ? life->out.size : 0));
}

static void call(struct host_life *life)
{
	life->made = filter_call(life->request, &life->out);
	hookpointCalloutStart(filter_request_id(life->request),
			      hooks_number(life->made ? life->out.size : 0));
}

static void message(struct host_life *life)
{
	life->made = filter_message(life->request, &life->out);
	hookpointGrpcStart(filter_request_id(life->request),
			   hooks_number(life->made ? life->out.size : 0));
}

static void call_reply(struct host_life *life)
{
	hookpointCalloutEnd(filter_request_id(life->request),
			    hooks_number(life->call_reply.size > 0 ? 200 : 0));
	filter_call_reply(life->request, life->call_reply);
}

static void message_reply(struct host_life *life)
{
	hookpointGrpcEnd(filter_request_id(life->request), hooks_number(life->message_reply.size));
	filter_message_reply(life->request, life->message_reply);
	hookpointRouter(filter_request_id(life->request));
}

static void response_headers(struct host_life *life)
{
	const char *id = filter_request_id(life->request);

	hookpointResponseHeadersStart(id, hooks_number(life->response_headers.size));
	life->made = filter_response_headers(life->request, life->response_headers, &life->out);
	hookpointResponseHeadersEnd(id, hooks_number(life->made ? life->out.size : 0));
	hookpointWrite(id, hooks_number(life->made ? life->out.size : life->response_headers.size));
}

static void end(struct host_life *life)
{
	hookpointFiltersEnd(filter_request_id(life->request), HOOKS_FILTER);
	filter_end(life->request);
}

bool host_step(struct host *host, struct host_life *life)
{
	switch (life->next++) {
	case HOST_BEGIN:
		life->request = filter_begin(host->filter);
		return life->request != NULL;
	case HOST_REQUEST_HEADERS:
		request_headers(life);
		return true;
	case HOST_CALL:
		call(life);
		return true;
	case HOST_MESSAGE:
		message(life);
		return true;
	case HOST_CALL_REPLY:
		call_reply(life);
		return true;
	case HOST_MESSAGE_REPLY:
		message_reply(life);
		return true;
	case HOST_RESPONSE_HEADERS:
		response_headers(life);
		return true;
	default:
		end(life);
		return false;
	}
}
