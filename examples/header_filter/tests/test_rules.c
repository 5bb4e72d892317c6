/* SPDX-License-Identifier: MIT */
/* Which headers are sent on, which id a request has, what is logged and what the calls are. */
#include "filter_test.h"

#define ID "x-request-id", "q"
#define ID_LINE "x-request-id: q\n"

TEST(hop_by_hop_headers_are_left_out)
{
	assert_string_equal(
		request_headers(map_of(":method", "GET", "connection", "close", "keep-alive", "5",
				       "proxy-connection", "x", "accept", "*/*", "te", "gzip",
				       "transfer-encoding", "chunked", "upgrade", "h2c", "trailer",
				       "x", ID, NULL)),
		":method: GET\naccept: */*\ntrailer: x\n" ID_LINE);
	COUNTS(.requests = 1);
}

TEST(names_that_connection_headers_give_are_left_out)
{
	assert_string_equal(
		request_headers(map_of("x-one", "1", "connection", "X-One,,\t x-two ", "x-two", "2",
				       "x-three", "3", "CONNECTION", "x-four", "X-FOUR", "4",
				       "x-two", "again", ID, NULL)),
		"x-three: 3\n" ID_LINE);
}

TEST(headers_without_which_it_is_another_message_stay)
{
	assert_string_equal(
		request_headers(map_of(
			"connection",
			"host, content-length, content-type, content-encoding, content-range, "
			"x-request-id, :path, te, x-other",
			":path", "/", "host", "a", "content-length", "1", "content-type", "b",
			"content-encoding", "c", "content-range", "d", "te", "trailers", "x-other",
			"c", ID, NULL)),
		":path: /\nhost: a\ncontent-length: 1\ncontent-type: b\n"
		"content-encoding: c\ncontent-range: d\nte: trailers\n" ID_LINE);
}

TEST(te_stays_for_trailers_alone)
{
	assert_string_equal(request_headers(map_of("te", "Trailers", "te", "trailers, deflate",
						   "te", "", "TE", "trailers", ID, NULL)),
			    "te: Trailers\nTE: trailers\n" ID_LINE);
}

TEST(duplicates_stay_in_their_order)
{
	assert_string_equal(request_headers(map_of("cookie", "a", "accept", "x", "cookie", "b",
						   "cookie", "a", "x-empty", "", ID, NULL)),
			    "cookie: a\naccept: x\ncookie: b\ncookie: a\nx-empty: \n" ID_LINE);
}

TEST(names_are_compared_in_lower_case_and_sent_as_they_came)
{
	assert_string_equal(request_headers(map_of("Accept", "x", "Keep-Alive", "5", "X-Request-ID",
						   "q", NULL)),
			    "Accept: x\nx-request-id: q\n");
}

TEST(first_valid_id_is_kept_and_stands_once)
{
	assert_string_equal(request_headers(map_of("x-request-id", "not valid", "x-request-id",
						   "one", "X-Request-Id", "two", NULL)),
			    "x-request-id: one\n");
}

TEST(id_that_is_empty_too_long_or_odd_is_replaced)
{
	char id[FILTER_ID_MAX + 2];
	static const char *const odd[] = {"", " ", "a b", "a/b", "a\x80", "a\r\nb: c", "a,b"};
	char text[128];

	memset(id, 'i', sizeof(id));
	id[FILTER_ID_MAX + 1] = '\0';
	assert_string_not_equal(request_headers(map_of("x-request-id", id, NULL)) + 14, "iii");
	assert_null(strstr(request_headers(map_of("x-request-id", id, NULL)), "iii"));
	id[FILTER_ID_MAX] = '\0';
	snprintf(text, sizeof(text), "x-request-id: %s\n", id);
	assert_string_equal(request_headers(map_of("x-request-id", id, NULL)), text);
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		const char *result = request_headers(map_of("x-request-id", odd[i], NULL));

		assert_memory_equal(result, "x-request-id: ", 14);
		assert_int_equal(strspn(result + 14, "0123456789abcdef"), 16);
		assert_string_equal(result + 30, "\n");
	}
	assert_string_equal(request_headers(map_of("x-request-id", "A-z_0.9", NULL)),
			    "x-request-id: A-z_0.9\n");
}

TEST(made_ids_are_unlike_and_a_new_request_has_none_of_the_last)
{
	static char ids[1000][FILTER_ID_MAX + 1];

	for (size_t i = 0; i < 1000; i++) {
		struct filter_request *request = filter_begin(host.filter);
		struct filter_bytes out;

		strcpy(ids[i], filter_request_id(request));
		assert_int_equal(strlen(ids[i]), 16);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
		if (i % 2 == 0)
			assert_true(filter_request_headers(request, map_of(ID, NULL), &out));
		assert_string_equal(filter_request_id(request), i % 2 == 0 ? "q" : ids[i]);
		filter_end(request);
	}
}

TEST(headers_that_no_message_may_have_are_dropped_and_counted)
{
	static struct map map;
	static const char *const names[] = {"",	   ":",	   "a b",   "a:b",  "a\tb",
					    "a\r", "a\nb", "a\x80", "a\"b", "(a)"};
	static const char *const values[] = {"a\rb", "a\nb", "\r\nx-evil: 1", "\n"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		map_add(&map, names[i], "dropped");
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		map_add(&map, "dropped", values[i]);
	map_add_bytes(&map, "a\0b", 3, "dropped", 7);
	map_add_bytes(&map, "dropped", 7, "a\0b", 3);
	map_add_bytes(&map, "dropped", 7, "\0", 1);
	map_add_bytes(&map, "x-request-id", 12, "a\0b", 3);
	map_add(&map, "!#$%&'*+-.^_`|~09azAZ", "tab\tand \x80\xff");
	map_add(&map, ID);
	assert_string_equal(request_headers(map_end(&map)),
			    "!#$%&'*+-.^_`|~09azAZ: tab\\x09and \\x80\\xff\n" ID_LINE);
	COUNTS(.requests = 1, .dropped = 18);
	assert_int_equal(host.warnings, 18);
	assert_memory_equal(log_lines, "W q request header is not allowed: dropped\n", 43);
}

/* A zero byte in it makes a name another one; the header itself goes. */
TEST(names_in_dropped_connection_headers_are_heeded)
{
	static struct map map;

	map_add_bytes(&map, "connection", 10, "x-one, x-two\0, x-three", 22);
	map_add(&map, "x-one", "1");
	map_add(&map, "x-two", "2");
	map_add(&map, "x-three", "3");
	map_add(&map, ID);
	assert_string_equal(request_headers(map_end(&map)), "x-two: 2\n" ID_LINE);
	COUNTS(.requests = 1, .dropped = 1);
}

TEST(empty_maps_get_what_is_added)
{
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out, none = {NULL, 0};
	char expected[128];

	snprintf(expected, sizeof(expected), "x-request-id: %s\n", filter_request_id(request));
	assert_string_equal(text_of_result(filter_request_headers(request, none, &out), out),
			    expected);
	assert_string_equal(
		text_of_result(filter_request_headers(request, map_of(NULL), &out), out), expected);
	strcat(expected, "x-callout-status: none\nx-header-verdict: unknown\n");
	assert_string_equal(response_headers(request, none), expected);
	assert_string_equal(response_headers(request, map_of(NULL)), expected);
	filter_end(request);
	COUNTS(.requests = 1);
}

TEST(response_loses_hop_by_hop_headers_and_what_only_the_filter_may_set)
{
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out;

	assert_true(filter_request_headers(request, map_of(ID, NULL), &out));
	assert_string_equal(
		response_headers(request,
				 map_of(":status", "200", "X-Request-Id", "forged",
					"x-callout-status", "200", "x-header-verdict", "accepted",
					"x-header-label", "forged", "connection", "close, x-hop",
					"x-hop", "1", "set-cookie", "a", "set-cookie", "b",
					"transfer-encoding", "chunked", "bad name", "1", NULL)),
		":status: 200\nset-cookie: a\nset-cookie: b\n" ID_LINE
		"x-callout-status: none\nx-header-verdict: unknown\n");
	filter_end(request);
	COUNTS(.requests = 1, .dropped = 1);
}

TEST(chosen_headers_are_logged_in_lines_that_are_cut)
{
	char value[300], line[300];

	memset(value, 'v', sizeof(value));
	value[299] = '\0';
	request_headers(map_of(ID, "user-agent", "tab\there \x80", "accept", "x", "Content-Type",
			       value, NULL));
	memset(line, 'v', sizeof(line));
	memcpy(line, "I q request header Content-Type: ", 33);
	strcpy(line + 2 + 256, "\n");
	assert_memory_equal(log_lines,
			    "I q request header x-request-id: q\n"
			    "I q request header user-agent: tab?here ?\n",
			    77);
	assert_string_equal(log_lines + 77, line);
}

TEST(call_out_is_a_request_with_the_id)
{
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out;

	filter_request_headers(request, map_of(ID, NULL), &out);
	assert_string_equal(text_of_result(filter_call(request, &out), out),
			    ":method: GET\n:scheme: http\n:authority: callout.example\n"
			    ":path: /check\n" ID_LINE);
	filter_end(request);
}

/* Written down by hand from header_review.proto. */
static const unsigned char report[] = "\0\0\0\0\x37"
				      "\x0a\x01q\x12\x03GET\x1a\x02/x\x22\x01h\x28\x06\x30\x06"
				      "\x3a\x0f\x0a\x0auser-agent\x12\x01u"
				      "\x3a\x11\x0a\x0cx-request-id\x12\x01q";

static void check_report(size_t prefix)
{
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out;

	filter_request_headers(request,
			       map_of(":method", "GET", ":path", "/x", ":authority", "h", "accept",
				      "*/*", "user-agent", "u", ID, NULL),
			       &out);
	assert_true(filter_message(request, &out));
	assert_int_equal(out.size, sizeof(report) - 1 - prefix);
	assert_memory_equal(out.data, report + prefix, out.size);
	filter_end(request);
}

TEST(message_reports_the_headers_in_a_frame)
{
	check_report(0);
}

TEST(message_has_no_frame_where_the_host_adds_it)
{
	host_stop(&host);
	host_start(&host, 1, false, NULL, 0);
	check_report(5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILTER_TEST(hop_by_hop_headers_are_left_out),
		FILTER_TEST(names_that_connection_headers_give_are_left_out),
		FILTER_TEST(headers_without_which_it_is_another_message_stay),
		FILTER_TEST(te_stays_for_trailers_alone),
		FILTER_TEST(duplicates_stay_in_their_order),
		FILTER_TEST(names_are_compared_in_lower_case_and_sent_as_they_came),
		FILTER_TEST(first_valid_id_is_kept_and_stands_once),
		FILTER_TEST(id_that_is_empty_too_long_or_odd_is_replaced),
		FILTER_TEST(made_ids_are_unlike_and_a_new_request_has_none_of_the_last),
		FILTER_TEST(headers_that_no_message_may_have_are_dropped_and_counted),
		FILTER_TEST(names_in_dropped_connection_headers_are_heeded),
		FILTER_TEST(empty_maps_get_what_is_added),
		FILTER_TEST(response_loses_hop_by_hop_headers_and_what_only_the_filter_may_set),
		FILTER_TEST(chosen_headers_are_logged_in_lines_that_are_cut),
		FILTER_TEST(call_out_is_a_request_with_the_id),
		FILTER_TEST(message_reports_the_headers_in_a_frame),
		FILTER_TEST(message_has_no_frame_where_the_host_adds_it),
	};

	return cmocka_run_group_tests_name("rules", tests, require_armed, NULL);
}
