/* SPDX-License-Identifier: MIT */
/*
 * Maps that are none, in each place where one comes: counted, logged and left alone, without a
 * byte read past their end. The arguments are recorded messages.
 */
#include "filter_test.h"

#include <stdio.h>
#include <stdlib.h>

static struct host_recordings recordings;

/* Gives a map to each callback that takes one; checks that each finds it malformed, or none. */
static void give(struct filter_bytes map, bool malformed)
{
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out = {"left alone", 10};
	struct filter_counts before, after;

	filter_get_counts(host.filter, &before);
	assert_int_equal(filter_request_headers(request, map, &out), !malformed);
	filter_call_reply(request, map);
	assert_int_equal(filter_response_headers(request, map, &out), !malformed);
	if (malformed)
		assert_true(out.size == 10 && memcmp(out.data, "left alone", 10) == 0);
	filter_get_counts(host.filter, &after);
	assert_int_equal(after.malformed - before.malformed, malformed ? 3 : 0);
	assert_int_equal(after.too_large + after.dropped, 0);
	/* The rest of the life is as ever. */
	assert_true(filter_call(request, &out));
	assert_true(filter_message(request, &out));
	filter_end(request);
}

static void give_bytes(const void *bytes, size_t size)
{
	give(map_guarded(bytes, size), true);
}

TEST(maps_of_one_to_three_bytes)
{
	for (size_t size = 1; size < 4; size++) {
		give_bytes("\0\0\0", size);
		give_bytes("\xff\xff\xff", size);
	}
	COUNTS(.requests = 6, .malformed = 18);
}

TEST(counts_that_are_too_large)
{
	static const char *const counts[] = {"\2\0\0\0",   "\xff\0\0\0",       "\0\0\0\x80",
					     "\0\0\0\x20", "\xff\xff\xff\x1f", "\xff\xff\xff\xff"};
	unsigned char bytes[18] = "\1\0\0\0\2\0\0\0\1\0\0\0ab\0c";

	give(map_guarded(bytes, 17), false);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		memcpy(bytes, counts[i], 4);
		give_bytes(bytes, 17);
		give_bytes(bytes, 4);
	}
}

TEST(sizes_that_go_past_the_end)
{
	for (int place = 4; place < 12; place += 4) {
		static const char *const sizes[] = {"\3\0\0\0",		"\5\0\0\0",
						    "\0\1\0\0",		"\0\0\0\x80",
						    "\xfe\xff\xff\xff", "\xff\xff\xff\xff"};

		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			unsigned char bytes[18] = "\1\0\0\0\2\0\0\0\1\0\0\0ab\0c";

			memcpy(bytes + place, sizes[i], 4);
			give_bytes(bytes, 17);
		}
	}
}

TEST(zero_bytes_that_are_missing)
{
	give_bytes("\1\0\0\0\2\0\0\0\1\0\0\0abxc\0", 17);
	give_bytes("\1\0\0\0\2\0\0\0\1\0\0\0ab\0cx", 17);
	give_bytes("\1\0\0\0\2\0\0\0\1\0\0\0ab\0c", 16);
}

TEST(bytes_behind_the_last_header)
{
	give_bytes("\1\0\0\0\2\0\0\0\1\0\0\0ab\0c\0\0", 18);
	give_bytes("\1\0\0\0\2\0\0\0\1\0\0\0ab\0c\0x", 18);
	give_bytes("\0\0\0\0\0", 5);
}

TEST(recorded_maps_cut_at_every_length)
{
	const struct host_recordings *all = &recordings;
	unsigned cuts = 0;

	for (size_t i = 0; i < all->request_count + all->response_count; i++) {
		struct filter_bytes map = i < all->request_count
						  ? all->requests[i]
						  : all->responses[i - all->request_count];

		give(map, false);
		for (size_t size = 1; size < map.size; size++, cuts++)
			give_bytes(map.data, size);
	}
	assert_true(cuts > 2000);
	COUNTS(.requests = cuts + all->request_count + all->response_count, .malformed = 3 * cuts);
}

TEST(each_is_logged)
{
	give_bytes("\1", 1);
	assert_non_null(
		strstr(log_lines, " request headers are malformed: passed on as they are\n"));
	assert_non_null(strstr(log_lines, " call-out reply headers are malformed: ignored\n"));
	assert_non_null(
		strstr(log_lines, " response headers are malformed: passed on as they are\n"));
	assert_int_equal(host.warnings, 3);
	assert_int_equal(host.lines, 3);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		FILTER_TEST(maps_of_one_to_three_bytes),
		FILTER_TEST(counts_that_are_too_large),
		FILTER_TEST(sizes_that_go_past_the_end),
		FILTER_TEST(zero_bytes_that_are_missing),
		FILTER_TEST(bytes_behind_the_last_header),
		FILTER_TEST(recorded_maps_cut_at_every_length),
		FILTER_TEST(each_is_logged),
	};

	if (!host_load(&recordings, argv + 1, argc - 1))
		return EXIT_FAILURE;
	return cmocka_run_group_tests_name("malformed", tests, require_armed, NULL);
}
