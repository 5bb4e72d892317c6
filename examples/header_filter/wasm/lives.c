/* SPDX-License-Identifier: MIT */
/*
 * Whole lives of requests, in the plugin's module and in the native filter at the same time: they
 * must agree in each byte, and neither may ask the heap for anything.
 */
#include "hosted.h"

#include <stdio.h>
#include <string.h>

#include <wasm-rt-impl.h>

#define LIVES 100000
#define OPEN 8 /* at once */

static const char *const chosen[] = {":method", ":path", ":status", "user-agent", NULL};
static _Alignas(max_align_t) unsigned char native_memory[OPEN * 20480];
static uint64_t native_lines;

static void log_native(void *context, enum filter_level level, const char *line, size_t length)
{
	(void)context;
	(void)level;
	native_lines = host_hash(native_lines, line, length);
}

static const struct filter_settings native_settings = {
	.call_authority = "check.example",
	.call_path = "/check",
	.chosen = chosen,
	.seed = SEED,
	.log = log_native,
};

/* What a server, a checker and a reviewer might say; each life takes the next of each. */
static const char *const responses[][16] = {
	{":status", "200", "content-type", "text/plain", "content-length", "5", NULL},
	{":status", "404", "connection", "close, x-hop", "x-hop", "1", "x-request-id", "forged",
	 NULL},
	{":status", "200", "set-cookie", "a=1", "set-cookie", "b=2", "keep-alive", "timeout=5",
	 "bad name", "x", NULL},
};
static const char *const replies[][8] = {
	{":status", "204", "server", "check", NULL},
	{":status", "503", "retry-after", "1", NULL},
	{":status", "20", NULL},
};
static const char *const messages[] = {"\x08\x01\x12\x03get", "\x12\x04post", "\x08\x01", "\xff",
				       "\x12\x03\x0d\x0a:"};

static unsigned char response_places[3][1024], reply_places[3][1024];
static struct filter_bytes response_maps[3], reply_maps[3];

/* One open life, of the plugin and of the native filter. */
struct life {
	unsigned number;
	uint32_t context;
	uint32_t http_call;
	uint32_t grpc_call;
	struct filter_request *native;
};

static unsigned differences;

static void compare(const struct host_copy *copy, bool made, struct filter_bytes bytes)
{
	if (copy->size != (made ? bytes.size : 0) ||
	    (made && memcmp(copy->bytes, bytes.data, bytes.size) != 0))
		differences++;
}

static void begin_life(struct filter *native, struct life *life, unsigned number)
{
	struct filter_bytes map = recorded[number % recorded_count].map, out;

	host_forget();
	*life = (struct life){.number = number, .context = number + 2};
	life->native = filter_begin(native);
	if (request(life->context, map) != PAUSE)
		differences++;
	life->http_call = host.last_call - 1;
	life->grpc_call = host.last_call;
	compare(&host.request_out, filter_request_headers(life->native, map, &out), out);
	compare(&host.call_out, filter_call(life->native, &out), out);
	compare(&host.message_out, filter_message(life->native, &out), out);
}

static void reply_to_call(struct life *life)
{
	struct filter_bytes none = {NULL, 0};
	bool lost = life->number % 7 == 0;

	host.reply = lost ? none : reply_maps[life->number % 3];
	Z_header_filterZ_proxy_on_http_call_response(&module, ROOT, life->http_call, lost ? 0 : 2,
						     0, 0);
	filter_call_reply(life->native, host.reply);
}

static void reply_to_message(struct life *life)
{
	const char *message = messages[life->number % 5];
	bool lost = life->number % 11 == 0;

	host.message = (struct filter_bytes){message, strlen(message)};
	if (!lost)
		Z_header_filterZ_proxy_on_grpc_receive(&module, ROOT, life->grpc_call,
						       (u32)strlen(message));
	/* Some hosts close a call that was answered, too. */
	Z_header_filterZ_proxy_on_grpc_close(&module, ROOT, life->grpc_call, lost ? 14 : 0);
	filter_message_reply(life->native, lost ? (struct filter_bytes){NULL, 0} : host.message);
}

static void end_life(struct life *life)
{
	void (*const reply[])(struct life * life) = {reply_to_call, reply_to_message};
	struct filter_bytes out;

	host_forget();
	reply[life->number % 2](life);
	if (host.continued != 0)
		differences++;
	reply[1 - life->number % 2](life);
	if (host.continued != 1 || host.continued_context != life->context)
		differences++;
	host.response = response_maps[life->number % 3];
	if (Z_header_filterZ_proxy_on_response_headers(&module, life->context, 3, 1) != CONTINUE)
		differences++;
	compare(&host.response_out, filter_response_headers(life->native, host.response, &out),
		out);
	Z_header_filterZ_proxy_on_done(&module, life->context);
	Z_header_filterZ_proxy_on_log(&module, life->context);
	Z_header_filterZ_proxy_on_delete(&module, life->context);
	filter_end(life->native);
}

void lives_give_the_bytes_of_the_native_filter(void **state)
{
	static struct life lives[OPEN];
	struct filter *native =
		filter_start(native_memory, sizeof(native_memory), &native_settings);
	struct filter_counts native_counts;
	char line[256];
	uint32_t pages;

	(void)state;
	assert_true(recorded_count >= 12);
	start("{" NEEDED ", \"contexts\": 8}");
	for (int i = 0; i < 3; i++) {
		response_maps[i] = map_of(response_places[i], 1024, responses[i]);
		reply_maps[i] = map_of(reply_places[i], 1024, replies[i]);
	}
	if (wasm_rt_impl_try() != WASM_RT_TRAP_NONE)
		fail_msg("trap: %s", host.lines);
	pages = host.memory->pages;
	native_lines = host.lines_of_filter = differences = 0;
	for (unsigned first = 0; first < LIVES; first += OPEN) {
		assert_no_allocations {
			for (unsigned i = 0; i < OPEN; i++)
				begin_life(native, &lives[i], first + i);
			for (unsigned i = 0; i < OPEN; i++)
				end_life(&lives[(i * 3 + first) % OPEN]);
		}
	}
	assert_int_equal(differences, 0);
	assert_int_equal(host.memory->pages, pages);
	assert_true(native_lines != 0 && native_lines == host.lines_of_filter);
	filter_get_counts(native, &native_counts);
	snprintf(line, sizeof(line),
		 "header_filter: requests=%d malformed=%d too_large=0 dropped=%d no_context=0 "
		 "failed_calls=%d allocations=2 violations=0 locked_grown_bytes=0\n",
		 LIVES, (int)native_counts.malformed, (int)native_counts.dropped,
		 (int)native_counts.failed_calls);
	assert_string_equal(counts(), line);
	assert_true(native_counts.malformed > 0 && native_counts.failed_calls > 0);
	printf("%d lives: no difference, no heap request outside, memory stays %u pages, %s", LIVES,
	       pages, line);
	unload();
}
