/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/assert.h> in Unity, the test framework of ThrowTheSwitch.
 *
 *     build/examples/frameworks/unity         a test that passes
 *     build/examples/frameworks/unity fail    and three that fail
 *
 * No distribution packages it: `make test UNITY_ROOT=FOLDER` builds this with the unity.h and
 * unity.c in FOLDER/src, and runs it.
 */
#include <phaselock/assert.h>
#include <unity.h>

#include "../request_counter.h"

#include <stdio.h>
#include <string.h>

static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";

/* ---- what one would share between test programs ---------------------------------------------- */

/*
 * Ends the test. Unity writes a message as one line, so the lines are written before it, and the
 * first again as its message. What stdio allocates is permitted, also where the heap is locked; the
 * end of the test closes the scope.
 */
static void fail_the_test(const struct phaselock_check_report *report, void *context)
{
	static char summary[1024];

	(void)context;
	if (phaselock_present())
		phaselock_permit_begin();
	fputs(report->message, stdout);
	Unity.TestFile = report->spec->file;
	snprintf(summary, sizeof(summary), "%.*s", (int)strcspn(report->message, "\n"),
		 report->message);
	UNITY_TEST_FAIL((UNITY_LINE_TYPE)report->spec->line, summary);
}

void setUp(void)
{
	Unity.TestFile = __FILE__;
	phaselock_on_failure(fail_the_test, NULL);
	phaselock_test_begin(Unity.CurrentTestName);
}

void tearDown(void)
{
	if (!Unity.CurrentTestFailed && !Unity.CurrentTestIgnored)
		phaselock_test_returned();
	if (!phaselock_test_end())
		TEST_FAIL_MESSAGE(phaselock_test_fault());
}

/* ---- the tests ------------------------------------------------------------------------------- */

static void read_one(enum request_keep keep)
{
	struct request_counter *counter = request_counter_create(keep);
	bool read = false;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		read = request_counter_read(counter, request, strlen(request));
	}
	request_counter_destroy(counter);
	TEST_ASSERT_TRUE(read);
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
	setvbuf(stdout, NULL, _IOLBF, 0);
	UNITY_BEGIN();
	if (argc > 1 && strcmp(argv[1], "fail") == 0) {
		RUN_TEST(naive_reading_fails_the_test);
		RUN_TEST(leaving_the_heap_locked_fails_the_test);
		RUN_TEST(leaving_a_scope_open_fails_the_test);
	}
	RUN_TEST(reading_makes_no_heap_request);
	return UNITY_END() == 0 ? 0 : 1;
}
