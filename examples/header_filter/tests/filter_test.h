/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the filter's behaviour begin with: a host for each, and a request in one call.
 * They are built with filter.c and with naive.c, which must not differ. WITHOUT_PHASELOCK is for
 * builds with a sanitizer.
 */
#ifndef FILTER_TEST_H
#define FILTER_TEST_H

#ifdef WITHOUT_PHASELOCK
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#else
#include <phaselock/cmocka.h>
#endif

#include "host.h"
#include "maps.h"

#include <stdio.h>
#include <string.h>

#define TEST(name) static void name(void **state __attribute__((unused)))

#define AS_IT_CAME "no result: to be sent on as it came"

static struct host host;
static char log_lines[65536];

static inline int start(void **state)
{
	(void)state;
	host_start(&host, HOST_REQUESTS, true, log_lines, sizeof(log_lines));
	return 0;
}

static inline int stop(void **state)
{
	(void)state;
	host_stop(&host);
	return 0;
}

#define FILTER_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

/* What is not armed has proved nothing of the build that is tested. */
static inline int require_armed(void **state)
{
	(void)state;
#ifdef WITHOUT_PHASELOCK
	return 0;
#else
	return phaselock_armed() == PHASELOCK_ENTRY_ALL ? 0 : -1;
#endif
}

/* Returns the result of a call as text, which the next call overwrites. */
static inline const char *text_of_result(bool made, struct filter_bytes out)
{
	static char text[4 * FILTER_ARENA_SIZE];

	if (!made)
		return AS_IT_CAME;
	assert_true(out.size <= FILTER_ARENA_SIZE);
	assert_true(map_text(out, text, sizeof(text)));
	return text;
}

static inline const char *request_headers(struct filter_bytes map)
{
	struct filter_request *request = filter_begin(host.filter);
	struct filter_bytes out = {0};
	const char *text = text_of_result(filter_request_headers(request, map, &out), out);

	filter_end(request);
	return text;
}

static inline const char *response_headers(struct filter_request *request, struct filter_bytes map)
{
	struct filter_bytes out = {0};

	return text_of_result(filter_response_headers(request, map, &out), out);
}

/* Checks all counts since the start. */
static inline void check_counts(struct filter_counts expected)
{
	struct filter_counts counts;

	filter_get_counts(host.filter, &counts);
	assert_int_equal(counts.requests, expected.requests);
	assert_int_equal(counts.malformed, expected.malformed);
	assert_int_equal(counts.too_large, expected.too_large);
	assert_int_equal(counts.dropped, expected.dropped);
	assert_int_equal(counts.no_context, expected.no_context);
	assert_int_equal(counts.failed_calls, expected.failed_calls);
}

#define COUNTS(...) check_counts((struct filter_counts){__VA_ARGS__})

#endif
