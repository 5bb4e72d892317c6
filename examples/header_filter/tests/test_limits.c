/* SPDX-License-Identifier: MIT */
/* What is at a limit, and one past it: the arena, the Connection names, the pool, the report. */
#include "filter_test.h"

#include "header_review.pb-c.h"

static char filler[FILTER_ARENA_SIZE + 64];

/* A map whose result, with the id "q" behind it, is of that size. */
static struct filter_bytes map_that_makes(size_t size)
{
	size_t rest = size - 4 - (8 + 2 + 2) - (8 + 12 + 1 + 2);

	memset(filler, 'f', sizeof(filler));
	filler[rest] = '\0';
	return map_of("x-request-id", "q", "xx", filler, NULL);
}

TEST(request_of_the_arenas_size_is_the_largest)
{
	/* The table has room for one header that came and is not sent: the id. */
	for (size_t less = 10; less >= 8; less--) {
		struct filter_request *request = filter_begin(host.filter);
		struct filter_bytes out;

		assert_true(filter_request_headers(request,
						   map_that_makes(FILTER_ARENA_SIZE - less), &out));
		assert_int_equal(out.size, FILTER_ARENA_SIZE - less);
		filter_end(request);
	}
	COUNTS(.requests = 3);
	assert_string_equal(request_headers(map_that_makes(FILTER_ARENA_SIZE - 7)), AS_IT_CAME);
	assert_string_equal(request_headers(map_that_makes(FILTER_ARENA_SIZE)), AS_IT_CAME);
	assert_string_equal(request_headers(map_that_makes(FILTER_ARENA_SIZE + 1)), AS_IT_CAME);
	COUNTS(.requests = 6, .too_large = 3);
	assert_non_null(
		strstr(log_lines, "W q request headers are too large: passed on as they are\n"));
}

TEST(request_without_an_id_may_fill_the_arena)
{
	for (size_t more = 0; more < 3; more++) {
		struct filter_request *request = filter_begin(host.filter);
		struct filter_bytes out;
		bool made;

		memset(filler, 'f', sizeof(filler));
		filler[FILTER_ARENA_SIZE - 1 + more - 4 - 11 - (8 + 12 + 16 + 2)] = '\0';
		made = filter_request_headers(request, map_of("x", filler, NULL), &out);
		assert_int_equal(made, more < 2);
		if (made)
			assert_int_equal(out.size, FILTER_ARENA_SIZE - 1 + more);
		filter_end(request);
	}
	COUNTS(.requests = 3, .too_large = 1);
}

TEST(response_of_the_arenas_size_is_the_largest)
{
	for (size_t more = 0; more < 3; more++) {
		struct filter_request *request = filter_begin(host.filter);
		struct filter_bytes out;
		size_t added = (8 + 12 + 16 + 2) + (8 + 16 + 4 + 2) + (8 + 16 + 7 + 2);
		bool made;

		memset(filler, 'f', sizeof(filler));
		/* Eight bytes less: the table has room for a label, too. */
		filler[FILTER_ARENA_SIZE - 1 + more - 8 - 4 - 11 - added] = '\0';
		made = filter_response_headers(request, map_of("x", filler, NULL), &out);
		assert_int_equal(made, more < 2);
		if (made)
			assert_int_equal(out.size, FILTER_ARENA_SIZE - 9 + more);
		filter_end(request);
	}
	COUNTS(.requests = 3, .too_large = 1);
}

TEST(many_headers_are_too_large_by_their_number)
{
	static struct map map;

	while (4 + 8 * (map.count + 1) <= FILTER_ARENA_SIZE)
		map_add(&map, "connection", "");
	assert_string_equal(request_headers(map_end(&map)), AS_IT_CAME);
	COUNTS(.requests = 1, .too_large = 1);
}

TEST(call_out_that_does_not_fit_is_not_made)
{
	struct filter_request *request;
	struct filter_bytes out;

	host_stop(&host);
	memset(filler, 'f', sizeof(filler));
	filler[FILTER_ARENA_SIZE] = '\0';
	host_start(&host, 1, true, log_lines, sizeof(log_lines));
	host_stop(&host);
	host.settings.call_authority = filler;
	host.filter = filter_start(host.memory, filter_size(1), &host.settings);
	request = filter_begin(host.filter);
	assert_false(filter_call(request, &out));
	assert_true(filter_message(request, &out));
	filter_end(request);
	COUNTS(.requests = 1, .too_large = 1);
}

/* Adds Connection headers with names x0, x1 ... and those headers. */
static struct filter_bytes with_connection_names(unsigned names, unsigned in_one)
{
	static struct map map;
	char list[1024] = "", name[16];

	memset(&map, 0, sizeof(map));
	for (unsigned i = 0; i < names; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		map_add(&map, name, "1");
		strcat(strcat(list, ", "), name);
		if ((i + 1) % in_one == 0 || i + 1 == names) {
			map_add(&map, "connection", list);
			list[0] = '\0';
		}
	}
	map_add(&map, "x-request-id", "q");
	return map_end(&map);
}

TEST(connection_may_name_32_headers_and_not_33)
{
	static const unsigned in_one[] = {100, 7, 1};

	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(
			request_headers(with_connection_names(FILTER_CONNECTION_NAMES, in_one[i])),
			"x-request-id: q\n");
		assert_string_equal(request_headers(with_connection_names(
					    FILTER_CONNECTION_NAMES + 1, in_one[i])),
				    AS_IT_CAME);
	}
	COUNTS(.requests = 6, .too_large = 3);
	assert_non_null(strstr(log_lines, " request headers name too many connection options: "
					  "passed on as they are\n"));
}

TEST(empty_pool_gives_no_request_and_counts_it)
{
	struct filter_request *open[HOST_REQUESTS];

	for (unsigned i = 0; i < HOST_REQUESTS; i++)
		assert_non_null(open[i] = filter_begin(host.filter));
	for (unsigned i = 0; i < 3; i++)
		assert_null(filter_begin(host.filter));
	COUNTS(.requests = HOST_REQUESTS, .no_context = 3);
	filter_end(open[5]);
	assert_non_null(open[5] = filter_begin(host.filter));
	assert_null(filter_begin(host.filter));
	for (unsigned i = 0; i < HOST_REQUESTS; i++)
		filter_end(open[i]);
	COUNTS(.requests = HOST_REQUESTS + 1, .no_context = 4);
}

TEST(requests_that_are_open_at_once_do_not_share)
{
	struct filter_request *one = filter_begin(host.filter), *two = filter_begin(host.filter);
	struct filter_bytes a, b;

	assert_true(filter_request_headers(one, map_of("x-request-id", "one", NULL), &a));
	assert_true(filter_request_headers(two, map_of("x-request-id", "two", NULL), &b));
	filter_call_reply(two, map_of(":status", "204", NULL));
	assert_string_equal(text_of_result(true, a), "x-request-id: one\n");
	assert_string_equal(text_of_result(true, b), "x-request-id: two\n");
	assert_non_null(strstr(response_headers(one, map_of(NULL)), "x-callout-status: none\n"));
	assert_non_null(strstr(response_headers(two, map_of(NULL)), "x-callout-status: 204\n"));
	filter_end(two);
	filter_end(one);
}

TEST(memory_of_less_than_one_request_is_no_filter)
{
	size_t size = filter_size(1);

	assert_null(filter_start(host.memory, size - 1, &host.settings));
	assert_null(filter_start(host.memory, 0, &host.settings));
	assert_true(filter_size(2) > size);
}

/* The report of one request, for header_review__header_report__free_unpacked(). */
static HeaderReview__HeaderReport *report_of(struct filter_bytes map)
{
	struct filter_request *request = filter_begin(host.filter);
	HeaderReview__HeaderReport *report;
	struct filter_bytes out;

	filter_request_headers(request, map, &out);
	assert_true(filter_message(request, &out));
	report = header_review__header_report__unpack(NULL, out.size - 5,
						      (const uint8_t *)out.data + 5);
	assert_non_null(report);
	filter_end(request);
	return report;
}

TEST(report_says_that_a_field_was_cut)
{
	static const struct {
		const char *name;
		size_t limit;
	} fields[] = {{":method", 16},
		      {":path", 256},
		      {":authority", 128},
		      {"host", 128},
		      {"content-type", 128}};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		for (size_t more = 0; more < 2; more++) {
			HeaderReview__HeaderReport *report;
			const ProtobufCBinaryData *data;

			memset(filler, 'f', sizeof(filler));
			filler[fields[i].limit + more] = '\0';
			report = report_of(map_of(fields[i].name, filler, NULL));
			data = i == 0	? &report->method
			       : i == 1 ? &report->path
			       : i < 4	? &report->authority
					: &report->chosen[0]->value;
			assert_int_equal(data->len, fields[i].limit);
			assert_memory_equal(data->data, filler, data->len);
			assert_int_equal(report->cut, more);
			header_review__header_report__free_unpacked(report, NULL);
		}
	}
}

TEST(report_has_the_first_eight_chosen_headers)
{
	static struct map map;

	for (unsigned i = 1; i <= 9; i++) {
		HeaderReview__HeaderReport *report;

		map_add(&map, "user-agent", (char[]){(char)('0' + i), '\0'});
		report = report_of(map_end(&map));
		assert_int_equal(report->n_chosen, i < 9 ? i : 8);
		assert_int_equal(report->cut, i == 9);
		assert_int_equal(report->received, i);
		assert_int_equal(report->sent, i + 1);
		assert_int_equal(report->chosen[report->n_chosen - 1]->value.data[0],
				 '0' + (i < 9 ? i : 8));
		header_review__header_report__free_unpacked(report, NULL);
	}
}

TEST(report_has_bytes_as_they_came)
{
	static struct map map;
	HeaderReview__HeaderReport *report;

	map_add_bytes(&map, ":path", 5, "/\0\xff\n", 4);
	map_add_bytes(&map, "user-agent", 10, "", 0);
	map_add(&map, ":path", "/two");
	map_add_bytes(&map, ":path", 5, "/\0\xff\n", 4);
	report = report_of(map_end(&map));
	assert_int_equal(report->path.len, 4);
	assert_memory_equal(report->path.data, "/\0\xff\n", 4);
	assert_int_equal(report->received, 4);
	assert_int_equal(report->sent, 3);
	assert_int_equal(report->chosen[0]->value.len, 0);
	header_review__header_report__free_unpacked(report, NULL);
	COUNTS(.requests = 1, .dropped = 2);
}

TEST(report_of_a_request_that_does_not_fit_says_that_all_was_sent)
{
	HeaderReview__HeaderReport *report = report_of(map_that_makes(FILTER_ARENA_SIZE + 1));

	assert_int_equal(report->received, 2);
	assert_int_equal(report->sent, 2);
	header_review__header_report__free_unpacked(report, NULL);
	COUNTS(.requests = 1, .too_large = 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILTER_TEST(request_of_the_arenas_size_is_the_largest),
		FILTER_TEST(request_without_an_id_may_fill_the_arena),
		FILTER_TEST(response_of_the_arenas_size_is_the_largest),
		FILTER_TEST(many_headers_are_too_large_by_their_number),
		FILTER_TEST(call_out_that_does_not_fit_is_not_made),
		FILTER_TEST(connection_may_name_32_headers_and_not_33),
		FILTER_TEST(empty_pool_gives_no_request_and_counts_it),
		FILTER_TEST(requests_that_are_open_at_once_do_not_share),
		FILTER_TEST(memory_of_less_than_one_request_is_no_filter),
		FILTER_TEST(report_says_that_a_field_was_cut),
		FILTER_TEST(report_has_the_first_eight_chosen_headers),
		FILTER_TEST(report_has_bytes_as_they_came),
		FILTER_TEST(report_of_a_request_that_does_not_fit_says_that_all_was_sent),
	};

	return cmocka_run_group_tests_name("limits", tests, require_armed, NULL);
}
