/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/assert.h> without a test framework.
 *
 *     build/examples/frameworks/plain          a test that passes
 *     build/examples/frameworks/plain fail     and three that fail, and are counted
 *     build/examples/frameworks/plain abort    no callback: the first failure goes to stderr and
 *                                              aborts, as assert() does
 */
#include <phaselock/assert.h>

#include "../request_counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";
static unsigned failures;

/* ---- what one would share between test programs ---------------------------------------------- */

static void count_failure(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	failures++;
	fprintf(stderr, "%s:%d: %s", report->spec->file, report->spec->line, report->message);
}

static void run(const char *name, void (*test)(void))
{
	unsigned before = failures;

	phaselock_test_begin(name);
	test();
	phaselock_test_returned();
	if (!phaselock_test_end()) {
		failures++;
		fprintf(stderr, "%s %s\n", name, phaselock_test_fault());
	}
	printf("%s %s\n", failures == before ? "ok" : "FAILED", name);
}

#define RUN(test) run(#test, test)

/* ---- the tests ------------------------------------------------------------------------------- */

static void read_one(enum request_keep keep)
{
	struct request_counter *counter = request_counter_create(keep);

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		request_counter_read(counter, request, strlen(request));
	}
	request_counter_destroy(counter);
}

static void reading_makes_no_heap_request(void)
{
	read_one(REQUEST_KEEP_IN_TABLE);
}

static void naive_reading_fails_the_test(void)
{
	read_one(REQUEST_KEEP_COPIES);
}

static void leaving_the_heap_locked_fails_the_test(void)
{
	lock_allocations();
}

static void leaving_a_scope_open_fails_the_test(void)
{
	phaselock_permit_begin();
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(word, "abort") != 0)
		phaselock_on_failure(count_failure, NULL);
	if (*word != '\0') {
		RUN(naive_reading_fails_the_test);
		RUN(leaving_the_heap_locked_fails_the_test);
		RUN(leaving_a_scope_open_fails_the_test);
	}
	RUN(reading_makes_no_heap_request);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
