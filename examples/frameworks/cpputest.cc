/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/phaselock.hpp> in CppUTest.
 *
 *     build/examples/frameworks/cpputest         a test that passes
 *     build/examples/frameworks/cpputest fail    and three that fail
 *
 * CppUTest brings operators new and delete of its own, which find leaks: link it behind
 * libphaselock, the shared one. They take their memory by malloc, and each new counts as one
 * request. A check that fails makes heap requests of its own, by the same operators, so they look
 * like the program's: write it behind the block, not into it, and not where the heap is locked.
 */
#include <phaselock/phaselock.hpp>

extern "C" {
#include "../request_counter.h"
}

#include <cstring>

#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/TestHarness.h>
#include <CppUTest/TestPlugin.h>
#include <CppUTest/TestRegistry.h>

namespace
{

/* ---- what one would share between test programs ---------------------------------------------- */

/* A frame around each test, whatever its group is. */
class frame : public TestPlugin
{
      public:
	frame() : TestPlugin("phaselock")
	{
	}

	void preTestAction(UtestShell &shell, TestResult &of_shell) override
	{
		test = &shell;
		result = &of_shell;
		phaselock_on_failure(fail_the_test, this);
		phaselock_checks_ignore("_ZN5Utest* PlatformSpecificSetJmp*", nullptr);
		phaselock_test_begin(shell.getName().asCharString());
	}

	void postTestAction(UtestShell &, TestResult &) override
	{
		phaselock_test_returned();
		if (!phaselock_test_end())
			fail(test->getFile().asCharString(), test->getLineNumber(),
			     phaselock_test_fault());
	}

      private:
	UtestShell *test = nullptr;
	TestResult *result = nullptr;

	/*
	 * Fails the test, which goes on. What CppUTest allocates is permitted, also where the heap
	 * is locked.
	 */
	static void fail_the_test(const phaselock_check_report *report, void *context)
	{
		const phaselock::permit heap;

		static_cast<frame *>(context)->fail(report->spec->file,
						    static_cast<size_t>(report->spec->line),
						    report->message);
	}

	void fail(const char *file, size_t line, const char *message)
	{
		result->addFailure(TestFailure(test, file, line, message));
	}
};

void read_one(request_keep keep)
{
	static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";
	request_counter *counter = request_counter_create(keep);
	bool read = false;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		read = request_counter_read(counter, request, std::strlen(request));
	}
	request_counter_destroy(counter);
	CHECK(read);
}

} // namespace

/* ---- the tests, which are run from the last to the first ------------------------------------- */

TEST_GROUP(request_counter){};

TEST(request_counter, reading_makes_no_heap_request)
{
	read_one(REQUEST_KEEP_IN_TABLE);
}

TEST(request_counter, each_new_is_one_request)
{
	int *volatile number;

	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(1) {
		number = new int(3);
	}
	delete number;
}

TEST_GROUP(on_purpose){};

TEST(on_purpose, leaving_a_scope_open_fails_the_test)
{
	phaselock_permit_begin();
}

TEST(on_purpose, leaving_the_heap_locked_fails_the_test)
{
	lock_allocations();
}

TEST(on_purpose, naive_reading_fails_the_test)
{
	read_one(REQUEST_KEEP_COPIES);
}

int main(int argc, char **argv)
{
	bool fail = argc > 1 && std::strcmp(argv[1], "fail") == 0;
	const char *const arguments[] = {argv[0], "-v", "-xg", "on_purpose"};
	frame around;

	TestRegistry::getCurrentRegistry()->installPlugin(&around);
	return CommandLineTestRunner::RunAllTests(fail ? 2 : 4, arguments) == 0 ? 0 : 1;
}
