/* SPDX-License-Identifier: MIT */
/* What replies of the two calls do to the response, also those that are none. */
#include "filter_test.h"

static const char *status_after(struct filter_bytes reply)
{
	static char status[64];
	struct filter_request *request = filter_begin(host.filter);
	const char *at;

	filter_call_reply(request, reply);
	at = strstr(response_headers(request, map_of(NULL)), "x-callout-status: ") + 18;
	snprintf(status, sizeof(status), "%.*s", (int)strcspn(at, "\n"), at);
	filter_end(request);
	return status;
}

TEST(status_of_the_call_out_is_in_the_response)
{
	assert_string_equal(status_after(map_of(":status", "204", "server", "x", NULL)), "204");
	assert_string_equal(status_after(map_of("server", "x", ":Status", "503", NULL)), "503");
	COUNTS(.requests = 2);
}

TEST(status_that_is_none_is_ignored)
{
	static const char *const odd[] = {"", "20", "2000", "2 0", "20\n", "\xff\xff\xff"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		assert_string_equal(status_after(map_of(":status", odd[i], NULL)), "none");
	assert_string_equal(status_after(map_of("server", "x", NULL)), "none");
	assert_string_equal(status_after(map_of(":status", "200", ":status", "x", NULL)), "200");
	assert_string_equal(status_after(map_of(":status", "200", ":status", "404", NULL)), "404");
}

TEST(empty_reply_says_that_there_was_none)
{
	assert_string_equal(status_after((struct filter_bytes){NULL, 0}), "none");
	assert_string_equal(status_after(map_of(NULL)), "none");
	COUNTS(.requests = 2, .failed_calls = 2);
	assert_non_null(strstr(log_lines, " call-out had no reply\n"));
}

TEST(headers_of_the_reply_are_logged)
{
	static struct map map;
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out;

	filter_request_headers(request, map_of("x-request-id", "q", NULL), &out);
	host.log_length = 0;
	map_add(&map, ":status", "200");
	map_add_bytes(&map, "a\0b", 3, "c\0d\r\n", 5);
	filter_call_reply(request, map_end(&map));
	assert_string_equal(log_lines, "I q call-out reply header :status: 200\n"
				       "I q call-out reply header a?b: c?d??\n");
	filter_end(request);
}

/* What the response says of the verdict, and its label, after a reply. */
static const char *verdict_after(const void *reply, size_t size)
{
	static char verdict[128];
	struct filter_request *request = filter_begin(host.filter);
	const char *text, *label;

	filter_message_reply(request, reply == NULL ? (struct filter_bytes){NULL, 0}
						    : map_guarded(reply, size));
	text = response_headers(request, map_of(NULL));
	label = strstr(text, "x-header-label: ");
	text = strstr(text, "x-header-verdict: ") + 18;
	snprintf(verdict, sizeof(verdict), "%.*s%s%.*s", (int)strcspn(text, "\n"), text,
		 label == NULL ? "" : " ", label == NULL ? 0 : (int)strcspn(label + 16, "\n"),
		 label == NULL ? "" : label + 16);
	filter_end(request);
	return verdict;
}

#define VERDICT_AFTER(bytes) verdict_after(bytes, sizeof(bytes) - 1)

TEST(verdict_and_label_are_in_the_response)
{
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\7\x08\1\x12\3get"), "accepted get");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\5\x12\3get"), "rejected get");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\2\x08\1"), "accepted");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\0"), "rejected");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\x0b\x08\1\x12\3get\x18\1\x1a\0"),
			    "accepted get");
	COUNTS(.requests = 5);
}

TEST(frame_that_does_not_fit_is_malformed)
{
	static const char frame[] = "\0\0\0\0\7\x08\1\x12\3get";
	unsigned cases = 8;

	for (size_t size = 0; size < sizeof(frame) - 1; size++, cases++)
		assert_string_equal(verdict_after(frame, size), "unknown");
	/* compressed, longer or shorter than it says, two messages */
	assert_string_equal(VERDICT_AFTER("\1\0\0\0\7\x08\1\x12\3get"), "unknown");
	assert_string_equal(VERDICT_AFTER("\xff\0\0\0\0"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\x08\x08\1\x12\3get"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\6\x08\1\x12\3get"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\xff\xff\xff\xff\x08\1"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\1\0\0\2\x08\1"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\2\x08\1\0\0\0\0\2\x08\1"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\0\0\0\0\0\0"), "unknown");
	COUNTS(.requests = cases, .malformed = cases);
	assert_non_null(strstr(log_lines, " gRPC reply is malformed: ignored\n"));
}

TEST(message_that_is_none_is_malformed)
{
	/* A cut varint and length, a length past the end, wire types that do not fit or exist. */
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\1\x08"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\2\x08\x80"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\1\x12"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\3\x12\2x"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\7\x12\xff\xff\xff\xff\x0fx"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\2\x10\1"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\2\x0f\1"), "unknown");
	COUNTS(.requests = 7, .malformed = 7);
}

TEST(label_of_31_characters_is_the_longest)
{
	char reply[5 + 2 + 32] = "\0\0\0\0\0\x12", expected[64];

	memset(reply + 7, 'l', 32);
	reply[4] = 2 + 31;
	reply[6] = 31;
	snprintf(expected, sizeof(expected), "rejected %.31s", reply + 7);
	assert_string_equal(verdict_after(reply, 7 + 31), expected);
	reply[4] = 2 + 32;
	reply[6] = 32;
	assert_string_equal(verdict_after(reply, 7 + 32), "unknown");
	COUNTS(.requests = 2, .malformed = 1);
}

TEST(label_that_is_no_headers_value_is_malformed)
{
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\6\x12\4a\r\nb"), "unknown");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\3\x12\1\n"), "unknown");
	COUNTS(.requests = 2, .malformed = 2);
}

TEST(missing_reply_is_a_failed_call)
{
	assert_string_equal(verdict_after(NULL, 0), "unknown");
	COUNTS(.requests = 1, .failed_calls = 1);
	assert_non_null(strstr(log_lines, " gRPC call had no reply\n"));
}

TEST(malformed_reply_leaves_the_one_before)
{
	struct filter_request *request = filter_begin(host.filter);
	static const char good[] = "\0\0\0\0\7\x08\1\x12\3get", bad[] = "\0\0\0\0\1\x08",
			  other[] = "\0\0\0\0\0";
	const char *text;

	filter_message_reply(request, map_guarded(good, sizeof(good) - 1));
	filter_message_reply(request, map_guarded(bad, sizeof(bad) - 1));
	filter_call_reply(request, map_of(":status", "200", NULL));
	filter_call_reply(request, map_guarded("\1", 1));
	text = response_headers(request, map_of(NULL));
	assert_non_null(strstr(text, "x-callout-status: 200\nx-header-verdict: accepted\n"
				     "x-header-label: get\n"));
	filter_message_reply(request, map_guarded(other, sizeof(other) - 1));
	text = response_headers(request, map_of(NULL));
	assert_non_null(strstr(text, "x-header-verdict: rejected\n"));
	assert_null(strstr(text, "x-header-label"));
	filter_end(request);
	COUNTS(.requests = 1, .malformed = 2);
}

TEST(reply_has_no_frame_where_the_host_takes_it_off)
{
	host_stop(&host);
	host_start(&host, 1, false, NULL, 0);
	assert_string_equal(VERDICT_AFTER("\x08\1\x12\3get"), "accepted get");
	assert_string_equal(VERDICT_AFTER(""), "rejected");
	assert_string_equal(VERDICT_AFTER("\0\0\0\0\2\x08\1"), "unknown");
	COUNTS(.requests = 3, .malformed = 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILTER_TEST(status_of_the_call_out_is_in_the_response),
		FILTER_TEST(status_that_is_none_is_ignored),
		FILTER_TEST(empty_reply_says_that_there_was_none),
		FILTER_TEST(headers_of_the_reply_are_logged),
		FILTER_TEST(verdict_and_label_are_in_the_response),
		FILTER_TEST(frame_that_does_not_fit_is_malformed),
		FILTER_TEST(message_that_is_none_is_malformed),
		FILTER_TEST(label_of_31_characters_is_the_longest),
		FILTER_TEST(label_that_is_no_headers_value_is_malformed),
		FILTER_TEST(missing_reply_is_a_failed_call),
		FILTER_TEST(malformed_reply_leaves_the_one_before),
		FILTER_TEST(reply_has_no_frame_where_the_host_takes_it_off),
	};

	return cmocka_run_group_tests_name("replies", tests, require_armed, NULL);
}
