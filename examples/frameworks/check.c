/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/assert.h> in Check.
 *
 *     build/examples/frameworks/check         a test that passes
 *     build/examples/frameworks/check fail    and two that fail
 *
 * Each ck_assert, also one that holds, makes heap requests of its own, and so does the way to the
 * tear-down. Check is a static library here, so they look like the program's: write ck_assert
 * behind the block, not into it, and unlock the heap in the test that locks it, or the test ends by
 * SIGABRT.
 */
#include <check.h>
#include <phaselock/assert.h>

#include "../request_counter.h"

#include <stdlib.h>
#include <string.h>

static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";

/* ---- what one would share between test programs ---------------------------------------------- */

/*
 * Ends the test. What Check allocates is permitted, also where the heap is locked; the end of the
 * test closes the scope.
 */
static void fail_the_test(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	if (phaselock_present())
		phaselock_permit_begin();
	_ck_assert_failed(report->spec->file, report->spec->line, report->spec->name, "%s",
			  report->message);
}

static void begin(void)
{
	phaselock_on_failure(fail_the_test, NULL);
	phaselock_test_begin(tcase_name());
}

static void end(void)
{
	phaselock_test_returned();
	if (!phaselock_test_end())
		ck_abort_msg("%s %s", tcase_name(), phaselock_test_fault());
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
	ck_assert(read);
}

START_TEST(reading_makes_no_heap_request)
{
	read_one(REQUEST_KEEP_IN_TABLE);
}
END_TEST

START_TEST(naive_reading_fails_the_test)
{
	read_one(REQUEST_KEEP_COPIES);
}
END_TEST

START_TEST(leaving_a_scope_open_fails_the_test)
{
	phaselock_permit_begin();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("request_counter");
	TCase *tests = tcase_create("reading");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(tests, begin, end);
	if (argc > 1 && strcmp(argv[1], "fail") == 0) {
		tcase_add_test(tests, naive_reading_fails_the_test);
		tcase_add_test(tests, leaving_a_scope_open_fails_the_test);
	}
	tcase_add_test(tests, reading_makes_no_heap_request);
	srunner_run_all(runner, CK_VERBOSE);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
