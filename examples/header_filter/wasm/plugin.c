/* SPDX-License-Identifier: MIT */
/*
 * The filter as a Proxy-Wasm plugin: each callback takes what the host has, gives it to the filter,
 * and gives back what the filter made. The plugin begins by finding out whether the guard in its
 * module is armed; once it is configured it locks the heap, and from then on a heap request in here
 * is a trap. It must not know what a header means.
 *
 * What goes wrong is left: without its headers, a request or response goes on as it came; without
 * replies it goes on without. Nothing keeps a request but calls that are under way, and they have a
 * timeout.
 */
#include "configuration.h"
#include "copies.h"
#include "mistake.h"
#include "proxy_wasm.h"
#include "say.h"

#include "filter.h"

#include <phaselock/phaselock.h>
#include <phaselock_wasm.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE "header_review.HeaderReview"
#define METHOD "Review"

/* A request of the host, while the host has a context for it. */
struct stream {
	struct filter_request *request; /* NULL: this place is free */
	uint32_t context;
	uint32_t http_call;
	uint32_t grpc_call;
	bool http_open;
	bool grpc_open;
	bool paused;
	struct phaselock_stage stage;
};

static struct plugin {
	bool started;
	uint32_t context; /* of the plugin itself, once it is configured */
	struct configuration configuration;
	struct filter *filter;
	struct stream *streams;
	struct phaselock_stage stage;
} plugin;

static const char *const chosen[] = {":method", ":path", ":status", "user-agent", NULL};

/* ---- the log --------------------------------------------------------------------------------- */

static void say_counts(void)
{
	struct phaselock_wasm_memory memory;
	struct phaselock_stats heap = get_stats();
	struct filter_counts counts;
	struct line line = {.length = 0};

	filter_get_counts(plugin.filter, &counts);
	phaselock_wasm_get_memory(&memory);
	line_add(&line, text_of("header_filter:"));
	say_number(&line, " requests=", counts.requests);
	say_number(&line, " malformed=", counts.malformed);
	say_number(&line, " too_large=", counts.too_large);
	say_number(&line, " dropped=", counts.dropped);
	say_number(&line, " no_context=", counts.no_context);
	say_number(&line, " failed_calls=", counts.failed_calls);
	say_number(&line, " allocations=", heap.allocations);
	say_number(&line, " violations=", heap.locked_attempts);
	say_number(&line, " locked_grown_bytes=", memory.locked_grown_bytes);
	proxy_log(PROXY_INFO, line.text, line.length);
}

/* ---- the plugin's own life ------------------------------------------------------------------- */

void proxy_abi_version_0_2_1(void)
{
}

/* The start-up self-test: a module whose requests nobody sees must not run. */
uint32_t proxy_on_vm_start(uint32_t context, size_t configuration_size)
{
	const struct phaselock_wasm_settings settings = {.write = say_guard};

	(void)context;
	(void)configuration_size;
	phaselock_wasm_configure(&settings);
	plugin.started = phaselock_armed() == PHASELOCK_ENTRY_ALL;
	if (!plugin.started)
		say(PROXY_ERROR, "the guard is not armed, so the plugin does not start",
		    "was the module linked with wrap.flags?");
	return plugin.started;
}

/* Takes all memory there will ever be. */
static bool start_filter(void)
{
	size_t size = filter_size(plugin.configuration.contexts);
	struct filter_settings settings = {
		.call_authority = plugin.configuration.authority,
		.call_path = plugin.configuration.path,
		.chosen = chosen,
		.log = say_line,
	};
	void *memory = malloc(size);

	plugin.streams = calloc(plugin.configuration.contexts, sizeof(*plugin.streams));
	proxy_get_current_time_nanoseconds(&settings.seed);
	if (memory == NULL || plugin.streams == NULL) {
		free(memory);
		free(plugin.streams);
		return false;
	}
	plugin.filter = filter_start(memory, size, &settings);
	return true;
}

static bool configure(uint32_t context)
{
	struct phaselock_wasm_settings settings = {.write = say_guard};
	struct configuration_error error = {"there is no configuration", ""};
	const void *text = NULL;
	size_t size = 0;

	if (!plugin.started) {
		say(PROXY_ERROR, "configured, but not started", "");
		return false;
	}
	if (plugin.filter != NULL) {
		say(PROXY_ERROR, "configured twice", "give each configuration its own vm_id");
		return false;
	}
	if (proxy_get_buffer_bytes(PROXY_PLUGIN_CONFIGURATION, 0, COPIES_SIZE, &text, &size) !=
		    PROXY_OK ||
	    text == NULL || !configuration_read(&plugin.configuration, text, size, &error)) {
		say(PROXY_ERROR, error.what, error.about);
		return false;
	}
	settings.stages = plugin.configuration.stages;
	phaselock_wasm_configure(&settings);
	if (!start_filter()) {
		say(PROXY_ERROR, "there is no memory for so many contexts", "");
		return false;
	}
	plugin.context = context;
	return true;
}

uint32_t proxy_on_configure(uint32_t context, size_t configuration_size)
{
	bool done;

	(void)configuration_size;
	copies_begin();
	done = configure(context);
	copies_end();
	if (!done)
		return 0;
	phaselock_stage_begin(&plugin.stage, "Plugin Initialization");
	lock_allocations();
	return 1;
}

/* ---- streams --------------------------------------------------------------------------------- */

static struct stream *find_stream(uint32_t context)
{
	for (size_t i = 0; plugin.filter != NULL && i < plugin.configuration.contexts; i++) {
		struct stream *stream = &plugin.streams[i];

		if (stream->request != NULL && stream->context == context)
			return stream;
	}
	return NULL;
}

/* The host may call back in the name of the plugin, so only the call's number tells whose it is. */
static struct stream *find_call(uint32_t call, bool grpc)
{
	for (size_t i = 0; plugin.filter != NULL && i < plugin.configuration.contexts; i++) {
		struct stream *stream = &plugin.streams[i];

		if (stream->request != NULL && (grpc ? stream->grpc_open : stream->http_open) &&
		    (grpc ? stream->grpc_call : stream->http_call) == call)
			return stream;
	}
	return NULL;
}

void proxy_on_context_create(uint32_t context, uint32_t parent)
{
	struct stream *stream = plugin.streams;
	struct filter_request *request;

	if (parent == 0 || plugin.filter == NULL)
		return;
	request = filter_begin(plugin.filter);
	if (request == NULL)
		return;
	/* There are as many streams as requests. */
	while (stream->request != NULL)
		stream++;
	*stream = (struct stream){.request = request, .context = context};
	phaselock_stage_begin(&stream->stage, "Request Start");
}

uint32_t proxy_on_done(uint32_t context)
{
	(void)context;
	return 1;
}

void proxy_on_log(uint32_t context)
{
	if (plugin.filter != NULL && context == plugin.context)
		say_counts();
}

void proxy_on_delete(uint32_t context)
{
	struct stream *stream = find_stream(context);

	if (stream == NULL)
		return;
	phaselock_stage_end(&stream->stage, "Request Complete");
	filter_end(stream->request);
	stream->request = NULL;
}

/* ---- headers --------------------------------------------------------------------------------- */

/* Returns whether the host gave the map; if it had no room for it, that is said. */
static bool get_map(enum proxy_map map, struct filter_bytes *out)
{
	const void *data = NULL;
	size_t size = 0;

	if (proxy_get_header_map_pairs(map, &data, &size) != PROXY_OK) {
		say(PROXY_WARN, "the host could not give a header map",
		    map == PROXY_HTTP_CALL_RESPONSE_HEADERS ? "a reply is ignored"
							    : "it is passed on as it is");
		return false;
	}
	*out = (struct filter_bytes){data, data != NULL ? size : 0};
	return true;
}

static void change_map(struct stream *stream, enum proxy_map map,
		       bool (*change)(struct filter_request *request, struct filter_bytes map,
				      struct filter_bytes *out))
{
	struct filter_bytes in, out;

	if (!get_map(map, &in) || !change(stream->request, in, &out))
		return;
	if (proxy_set_header_map_pairs(map, out.data, out.size) != PROXY_OK)
		say(PROXY_WARN, "the host did not take a header map", "");
}

static void begin_http_call(struct stream *stream)
{
	const char *cluster = plugin.configuration.http_cluster;
	struct filter_bytes headers;

	if (filter_call(stream->request, &headers) &&
	    proxy_http_call(cluster, strlen(cluster), headers.data, headers.size, NULL, 0, NULL, 0,
			    plugin.configuration.timeout_ms, &stream->http_call) == PROXY_OK)
		stream->http_open = true;
	else
		filter_call_reply(stream->request, (struct filter_bytes){NULL, 0});
}

static void begin_grpc_call(struct stream *stream)
{
	const char *cluster = plugin.configuration.grpc_cluster;
	struct filter_bytes message;

	if (filter_message(stream->request, &message) &&
	    proxy_grpc_call(cluster, strlen(cluster), SERVICE, strlen(SERVICE), METHOD,
			    strlen(METHOD), NULL, 0, message.data, message.size,
			    plugin.configuration.timeout_ms, &stream->grpc_call) == PROXY_OK)
		stream->grpc_open = true;
	else
		filter_message_reply(stream->request, (struct filter_bytes){NULL, 0});
}

enum proxy_action proxy_on_request_headers(uint32_t context, size_t count, uint32_t end_of_stream)
{
	struct stream *stream = find_stream(context);

	(void)count;
	(void)end_of_stream;
	if (stream == NULL)
		return PROXY_CONTINUE;
	copies_begin();
	make_mistake(plugin.configuration.mistake);
	change_map(stream, PROXY_HTTP_REQUEST_HEADERS, filter_request_headers);
	phaselock_stage_mark(&stream->stage, "After Header Processing");
	begin_http_call(stream);
	begin_grpc_call(stream);
	phaselock_stage_mark(&stream->stage, "After Protobuf Creation");
	stream->paused = stream->http_open || stream->grpc_open;
	copies_end();
	return stream->paused ? PROXY_PAUSE : PROXY_CONTINUE;
}

enum proxy_action proxy_on_response_headers(uint32_t context, size_t count, uint32_t end_of_stream)
{
	struct stream *stream = find_stream(context);

	(void)count;
	(void)end_of_stream;
	if (stream == NULL)
		return PROXY_CONTINUE;
	copies_begin();
	change_map(stream, PROXY_HTTP_RESPONSE_HEADERS, filter_response_headers);
	copies_end();
	return PROXY_CONTINUE;
}

/* ---- replies --------------------------------------------------------------------------------- */

/* Lets the request go on once nothing is awaited any more. */
static void go_on(struct stream *stream)
{
	if (stream->http_open || stream->grpc_open || !stream->paused)
		return;
	stream->paused = false;
	proxy_set_effective_context(stream->context);
	proxy_continue_stream(PROXY_HTTP_REQUEST);
}

void proxy_on_http_call_response(uint32_t context, uint32_t call, size_t count, size_t body_size,
				 size_t trailers)
{
	struct stream *stream = find_call(call, false);
	struct filter_bytes map = {NULL, 0};

	(void)context;
	(void)body_size;
	(void)trailers;
	if (stream == NULL)
		return;
	copies_begin();
	stream->http_open = false;
	if (count > 0)
		get_map(PROXY_HTTP_CALL_RESPONSE_HEADERS, &map);
	filter_call_reply(stream->request, map);
	go_on(stream);
	copies_end();
}

void proxy_on_grpc_receive(uint32_t context, uint32_t call, size_t size)
{
	struct stream *stream = find_call(call, true);
	struct filter_bytes message = {NULL, 0};
	const void *data = NULL;
	size_t data_size = 0;

	(void)context;
	if (stream == NULL)
		return;
	copies_begin();
	stream->grpc_open = false;
	phaselock_stage_mark(&stream->stage, "gRPC Response Start");
	/* A message of no bytes is one. */
	if (size == 0 ||
	    proxy_get_buffer_bytes(PROXY_GRPC_CALL_MESSAGE, 0, size, &data, &data_size) == PROXY_OK)
		message = data != NULL ? (struct filter_bytes){data, data_size}
				       : (struct filter_bytes){"", 0};
	filter_message_reply(stream->request, message);
	go_on(stream);
	copies_end();
}

/* Behind a message it says nothing more; alone, that there is none. */
void proxy_on_grpc_close(uint32_t context, uint32_t call, uint32_t status)
{
	struct stream *stream = find_call(call, true);

	(void)context;
	(void)status;
	if (stream == NULL)
		return;
	copies_begin();
	stream->grpc_open = false;
	filter_message_reply(stream->request, (struct filter_bytes){NULL, 0});
	go_on(stream);
	copies_end();
}
