/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/assert.h> in Criterion, which has a process for each test.
 *
 *     build/examples/frameworks/criterion         a test that passes
 *     build/examples/frameworks/criterion fail    and three that fail
 *
 * Criterion is a shared library: what it asks for itself is known by its module, and so is that of
 * the libraries that it uses. Its cr_assert is a macro, which also asks for memory in the test,
 * where it fails: write it behind the block, not into it, and not where the heap is locked.
 */
#include <criterion/criterion.h>
#include <criterion/event.h>
#include <phaselock/assert.h>

#include "../request_counter.h"

#include <stdlib.h>
#include <string.h>

static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";

/* ---- what one would share between test programs ---------------------------------------------- */

/* Fails the test, which goes on. What Criterion allocates is permitted, also while it is locked. */
static void fail_the_test(const struct phaselock_check_report *report, void *context)
{
	struct criterion_assert_stats failure = {
		.message = report->message,
		.file = report->spec->file,
		.line = (unsigned)report->spec->line,
	};

	(void)context;
	if (phaselock_present())
		phaselock_permit_begin();
	criterion_send_assert(&failure);
	criterion_continue_test();
	if (phaselock_present())
		phaselock_permit_end();
}

static void begin(void)
{
	phaselock_on_failure(fail_the_test, NULL);
	phaselock_checks_ignore("libcriterion.so libnanomsg.so libboxfort.so", NULL);
	phaselock_test_begin(criterion_current_test->name);
}

static void end(void)
{
	phaselock_test_returned();
	if (!phaselock_test_end())
		cr_expect_fail("%s %s", criterion_current_test->name, phaselock_test_fault());
}

/*
 * A test with a frame around it: what .fini finds comes too late for the test to fail. One that a
 * cr_assert ends leaves nothing to the next test, which is in another process.
 */
#define FRAMED_TEST(suite, name)                                                                   \
	static void suite##_##name(void);                                                          \
	Test(suite, name)                                                                          \
	{                                                                                          \
		begin();                                                                           \
		suite##_##name();                                                                  \
		end();                                                                             \
	}                                                                                          \
	static void suite##_##name(void)

/* ---- the tests ------------------------------------------------------------------------------- */

static void read_one(enum request_keep keep)
{
	struct request_counter *counter = request_counter_create(keep);
	bool read = false;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		read = request_counter_read(counter, request, strlen(request));
	}
	request_counter_destroy(counter);
	cr_assert(read);
}

FRAMED_TEST(request_counter, reading_makes_no_heap_request)
{
	read_one(REQUEST_KEEP_IN_TABLE);
}

FRAMED_TEST(on_purpose, naive_reading_fails_the_test)
{
	read_one(REQUEST_KEEP_COPIES);
}

FRAMED_TEST(on_purpose, leaving_the_heap_locked_fails_the_test)
{
	lock_allocations();
}

FRAMED_TEST(on_purpose, leaving_a_scope_open_fails_the_test)
{
	phaselock_permit_begin();
}

int main(int argc, char **argv)
{
	struct criterion_test_set *tests = criterion_initialize();
	int passed;

	if (argc < 2 || strcmp(argv[1], "fail") != 0)
		criterion_options.pattern = "request_counter/*";
	criterion_options.logging_threshold = CRITERION_INFO;
	criterion_options.jobs = 1;
	passed = criterion_run_all_tests(tests);
	criterion_finalize(tests);
	return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
