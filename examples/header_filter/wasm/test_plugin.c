/* SPDX-License-Identifier: MIT */
/*
 * The plugin in a host that is all C: the module, of which wasm2c made C, with the guard inside it,
 * against the filter linked into this program, under the library's own guard outside. The argument
 * is the folder of recorded requests.
 */
#include "hosted.h"

#include <stdio.h>
#include <string.h>

#include <wasm-rt-impl.h>

#include "unwrapped_filter.w2c.h"

/* ---- what goes wrong ------------------------------------------------------------------------- */

static const char *const plain[] = {":method", "GET",	     ":path",	":scheme", "http",
				    "/",       ":authority", "example", NULL};

static void calls_go_where_the_configuration_says(void **state)
{
	static unsigned char place[1024];

	(void)state;
	start("{" NEEDED ", \"timeout_ms\": 250}");
	assert_int_equal(request(2, map_of(place, sizeof(place), plain)), PAUSE);
	assert_string_equal(host.http_cluster, "check");
	assert_string_equal(host.grpc_cluster, "review");
	assert_string_equal(host.method, "header_review.HeaderReview/Review");
	assert_int_equal(host.timeout_ms, 250);
	end(2);
	unload();
}

static void request_goes_on_without_calls(void **state)
{
	static unsigned char place[1024];

	(void)state;
	start("{" NEEDED "}");
	host.refuses_calls = true;
	assert_int_equal(request(2, map_of(place, sizeof(place), plain)), CONTINUE);
	assert_line("call-out had no reply");
	assert_line("gRPC call had no reply");
	assert_line("header_filter: the host did not take a header map");
	assert_int_equal(host.continued, 0);
	end(2);
	unload();
}

static void replies_to_nobody_are_nothing(void **state)
{
	static unsigned char place[1024];

	(void)state;
	start("{" NEEDED "}");
	assert_int_equal(request(2, map_of(place, sizeof(place), plain)), PAUSE);
	Z_header_filterZ_proxy_on_http_call_response(&module, ROOT, 7, 1, 0, 0);
	Z_header_filterZ_proxy_on_grpc_receive(&module, ROOT, 101, 1); /* the other call */
	end(2);							       /* the client went away */
	Z_header_filterZ_proxy_on_http_call_response(&module, ROOT, 101, 1, 0, 0);
	Z_header_filterZ_proxy_on_grpc_close(&module, ROOT, 102, 0);
	assert_int_equal(host.continued, 0);
	assert_int_equal(Z_header_filterZ_proxy_on_response_headers(&module, 2, 1, 1), CONTINUE);
	assert_int_equal(host.maps_set, 1);
	unload();
}

/* Returns a map of one header, with a value so long that map and value end together. */
static struct filter_bytes long_map(unsigned char *place, size_t size)
{
	uint32_t sizes[3] = {1, 1, (uint32_t)(size - sizeof(sizes) - 3)};

	memset(place, 'x', size);
	memcpy(place, sizes, sizeof(sizes));
	place[sizeof(sizes) + 1] = '\0';
	place[size - 1] = '\0';
	return (struct filter_bytes){place, size};
}

static void full_arena_degrades(void **state)
{
	static unsigned char place[70000];

	(void)state;
	start("{" NEEDED "}");
	assert_int_equal(request(2, long_map(place, 70000)), PAUSE);
	assert_int_equal(host.maps_set, 0);
	assert_line(
		"header_filter: the host could not give a header map: it is passed on as it is");
	host.reply = long_map(place, 70000);
	Z_header_filterZ_proxy_on_http_call_response(&module, ROOT, 101, 1, 0, 0);
	assert_line("header_filter: the host could not give a header map: a reply is ignored");
	host.message = host.reply;
	Z_header_filterZ_proxy_on_grpc_receive(&module, ROOT, 102, 70000);
	assert_line("gRPC call had no reply");
	assert_int_equal(host.continued, 1);
	/* What fits the copies, but not what the filter makes of it, is passed on too. */
	host.response = long_map(place, 60000);
	assert_int_equal(Z_header_filterZ_proxy_on_response_headers(&module, 2, 1, 1), CONTINUE);
	assert_line("response headers are too large: passed on as they are");
	assert_int_equal(host.maps_set, 0);
	/* The place is empty again: the next one is served. */
	host.response = long_map(place, 10000);
	Z_header_filterZ_proxy_on_response_headers(&module, 2, 1, 1);
	assert_int_equal(host.maps_set, 1);
	end(2);
	unload();
}

static void malformed_maps_degrade(void **state)
{
	static unsigned char place[64];

	(void)state;
	start("{" NEEDED "}");
	for (size_t size = 1; size < sizeof(place); size++) {
		struct filter_bytes map = long_map(place, sizeof(place));

		host_forget();
		map.size = size;
		assert_int_equal(request(2, map), PAUSE);
		assert_int_equal(host.maps_set, 0);
		host.response = map;
		Z_header_filterZ_proxy_on_response_headers(&module, 2, 1, 1);
		assert_int_equal(host.maps_set, 0);
		assert_line("response headers are malformed: passed on as they are");
		end(2);
	}
	assert_non_null(strstr(counts(), "requests=63 malformed=126"));
	unload();
}

static void full_pool_lets_requests_pass(void **state)
{
	static unsigned char place[1024];
	struct filter_bytes map = map_of(place, sizeof(place), plain);

	(void)state;
	start("{" NEEDED ", \"contexts\": 2}");
	assert_int_equal(request(2, map), PAUSE);
	assert_int_equal(request(3, map), PAUSE);
	assert_int_equal(request(4, map), CONTINUE);
	assert_int_equal(host.maps_set, 2);
	end(4);
	end(2);
	assert_int_equal(request(5, map), PAUSE);
	assert_non_null(strstr(counts(), "requests=3 malformed=0 too_large=0 dropped=0 "
					 "no_context=1"));
	unload();
}

static void wrong_configurations_are_refused(void **state)
{
	static const char *const wrong[][2] = {
		{"", "there is no configuration"},
		{"check", "there is no JSON object"},
		{"{}", "a key is missing: authority"},
		{"{\"authority\": \"a\", \"path\": \"/\", \"http_cluster\": \"c\"}",
		 "a key is missing: grpc_cluster"},
		{"{" NEEDED ", \"colour\": \"red\"}", "there is no such key: colour"},
		{"{" NEEDED ", \"path\": \"/\"}", "the key stands there twice: path"},
		{"{" NEEDED ", \"contexts\": 0}",
		 "the number is missing, 0 or too large: contexts"},
		{"{" NEEDED ", \"contexts\": 1025}",
		 "the number is missing, 0 or too large: contexts"},
		{"{" NEEDED ", \"timeout_ms\": 99999999999999999999}",
		 "the number is missing, 0 or too large: timeout_ms"},
		{"{" NEEDED ", \"timeout_ms\": \"1\"}",
		 "the number is missing, 0 or too large: timeout_ms"},
		{"{" NEEDED ", \"stages\": 1}", "the value is neither true nor false: stages"},
		{"{" NEEDED ", \"mistake\": \"free\"}", "there is no such mistake: free"},
		{"{\"authority\": \"a\\n\"}", "there is an escape or control character: in a text"},
		{"{\"authority\": \"\"}", "the text is empty: authority"},
		{"{\"authority\" \"a\"}", "there is no colon behind: authority"},
		{"{\"authority\": \"a", "there is no end: of a text"},
		{"{" NEEDED, "there is no end: of the object"},
		{"{" NEEDED "} {", "there is something: behind the object"},
		{"{" NEEDED ",}", "there is no text: where one is needed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char line[128];

		load();
		assert_int_equal(Z_header_filterZ_proxy_on_vm_start(&module, ROOT, 0), 1);
		assert_int_equal(configure(wrong[i][0]), 0);
		snprintf(line, sizeof(line), "header_filter: %s\n", wrong[i][1]);
		assert_string_equal(host.lines, line);
		/* Without a filter, requests pass. */
		assert_int_equal(request(2, recorded[0].map), CONTINUE);
		end(2);
		assert_int_equal(host.maps_set, 0);
		unload();
	}
}

static void second_configuration_is_refused(void **state)
{
	(void)state;
	start("{" NEEDED "}");
	assert_int_equal(configure("{" NEEDED "}"), 0);
	assert_line("header_filter: configured twice: give each configuration its own vm_id");
	unload();
}

/* ---- the guard inside ------------------------------------------------------------------------ */

static void mistakes_trap(void **state)
{
	static const char *const mistakes[][2] = {
		{"malloc", "malloc(24)"}, {"strdup", "malloc(20)"}, {"sbrk", "sbrk(65536)"}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char configuration[256], lines[256];
		volatile bool trapped = false;

		snprintf(configuration, sizeof(configuration), "{" NEEDED ", \"mistake\": \"%s\"}",
			 mistakes[i][0]);
		snprintf(lines, sizeof(lines),
			 "phaselock: violation: %s while allocations are locked\n"
			 "phaselock: aborting (policy=abort)\n",
			 mistakes[i][1]);
		start(configuration);
		switch ((int)wasm_rt_impl_try()) {
		case WASM_RT_TRAP_NONE:
			request(2, recorded[0].map);
			break;
		case WASM_RT_TRAP_UNREACHABLE:
			trapped = true;
			break;
		default:
			fail_msg("another trap");
		}
		assert_true(trapped);
		assert_string_equal(host.lines, lines);
		unload();
	}
}

static void stages_are_told_and_leaks_found(void **state)
{
	(void)state;
	load();
	assert_int_equal(Z_header_filterZ_proxy_on_vm_start(&module, ROOT, 0), 1);
	assert_int_equal(configure("{" NEEDED ", \"stages\": true, \"contexts\": 1}"), 1);
	assert_line("[MEMORY-TRACK] Plugin Initialization: bytes_allocated=");
	assert_line(", allocations=2, deallocations=0\n");
	request(2, recorded[0].map);
	host.message = (struct filter_bytes){"\x08\x01", 2};
	Z_header_filterZ_proxy_on_grpc_receive(&module, ROOT, host.last_call, 2);
	end(2);
	assert_line("[MEMORY-TRACK] Request Start: ");
	assert_line("[MEMORY-TRACK] After Header Processing: ");
	assert_line("[MEMORY-TRACK] After Protobuf Creation: ");
	assert_line("[MEMORY-TRACK] gRPC Response Start: ");
	assert_line("[MEMORY-TRACK] Request Complete: ");
	assert_line(" (+0), allocations=2 (+0), deallocations=0 (+0)\n");
	assert_null(strstr(host.lines, "[MEMORY-LEAK]"));
	unload();

	start("{" NEEDED ", \"stages\": true, \"mistake\": \"leak\"}");
	request(2, recorded[0].map);
	end(2);
	assert_line("[MEMORY-LEAK] Potential leak at Request Complete: 1 net allocation, 108 bytes "
		    "potentially leaked\n");
	assert_null(strstr(host.lines, "phaselock:"));
	unload();
}

static uint32_t allocate_unwrapped(uint32_t size);
static Z_unwrapped_filter_instance_t unwrapped;

static uint32_t allocate_unwrapped(uint32_t size)
{
	return Z_unwrapped_filterZ_proxy_on_memory_allocate(&unwrapped, size);
}

static void plugin_without_the_guard_does_not_start(void **state)
{
	const char *configuration = "{" NEEDED "}";

	(void)state;
	memset(&host, 0, sizeof(host));
	Z_unwrapped_filter_instantiate(&unwrapped, &host);
	host.memory = Z_unwrapped_filterZ_memory(&unwrapped);
	host.allocate = allocate_unwrapped;
	host.configuration = (struct filter_bytes){configuration, strlen(configuration)};
	Z_unwrapped_filterZ__initialize(&unwrapped);
	assert_int_equal(Z_unwrapped_filterZ_proxy_on_vm_start(&unwrapped, ROOT, 0), 0);
	assert_line("header_filter: the guard is not armed, so the plugin does not start: was the "
		    "module linked with wrap.flags?");
	/* Nor for a host that goes on all the same. */
	assert_int_equal(Z_unwrapped_filterZ_proxy_on_configure(&unwrapped, ROOT,
								(u32)strlen(configuration)),
			 0);
	assert_line("header_filter: configured, but not started");
	Z_unwrapped_filter_free(&unwrapped);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_give_the_bytes_of_the_native_filter),
		cmocka_unit_test(calls_go_where_the_configuration_says),
		cmocka_unit_test(request_goes_on_without_calls),
		cmocka_unit_test(replies_to_nobody_are_nothing),
		cmocka_unit_test(full_arena_degrades),
		cmocka_unit_test(malformed_maps_degrade),
		cmocka_unit_test(full_pool_lets_requests_pass),
		cmocka_unit_test(wrong_configurations_are_refused),
		cmocka_unit_test(second_configuration_is_refused),
		cmocka_unit_test(mistakes_trap),
		cmocka_unit_test(stages_are_told_and_leaks_found),
		cmocka_unit_test(plugin_without_the_guard_does_not_start),
	};
	int failed;

	read_recorded(argc > 1 ? argv[1] : "examples/data");
	wasm_rt_init();
	Z_header_filter_init_module();
	Z_unwrapped_filter_init_module();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	wasm_rt_free();
	return failed;
}
