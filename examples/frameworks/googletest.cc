/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/phaselock.hpp> in GoogleTest.
 *
 *     build/examples/frameworks/googletest         a test that passes
 *     build/examples/frameworks/googletest fail    and three that fail
 *
 * An EXPECT or ASSERT that fails makes heap requests of its own. GoogleTest is a static library
 * here, so they look like the program's: write it behind the block, not into it, and not where the
 * heap is locked.
 */
#include <gtest/gtest.h>
#include <phaselock/phaselock.hpp>

extern "C" {
#include "../request_counter.h"
}

#include <cstring>

namespace
{

/* ---- what one would share between test programs ---------------------------------------------- */

/*
 * Fails the test, which goes on, as after an EXPECT. What GoogleTest allocates is permitted, also
 * where the heap is locked.
 */
void fail_the_test(const phaselock_check_report *report, void *)
{
	const phaselock::permit heap;

	ADD_FAILURE_AT(report->spec->file, report->spec->line) << report->message;
}

/* A frame around each test, whatever its fixture is. */
class frame : public testing::EmptyTestEventListener
{
	void OnTestStart(const testing::TestInfo &test) override
	{
		phaselock_on_failure(fail_the_test, nullptr);
		phaselock_test_begin(test.name());
	}
	void OnTestEnd(const testing::TestInfo &test) override
	{
		phaselock_test_returned();
		if (!phaselock_test_end())
			ADD_FAILURE_AT(test.file(), test.line())
				<< test.name() << " " << phaselock_test_fault();
	}
};

/* ---- the tests ------------------------------------------------------------------------------- */

void read_one(request_keep keep)
{
	static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";
	request_counter *counter = request_counter_create(keep);
	bool read = false;

	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		read = request_counter_read(counter, request, std::strlen(request));
	}
	request_counter_destroy(counter);
	EXPECT_TRUE(read);
}

TEST(on_purpose, naive_reading_fails_the_test)
{
	read_one(REQUEST_KEEP_COPIES);
}

TEST(on_purpose, leaving_the_heap_locked_fails_the_test)
{
	lock_allocations();
}

TEST(on_purpose, leaving_a_scope_open_fails_the_test)
{
	phaselock_permit_begin();
}

TEST(request_counter, reading_makes_no_heap_request)
{
	read_one(REQUEST_KEEP_IN_TABLE);
}

} // namespace

int main(int argc, char **argv)
{
	testing::InitGoogleTest(&argc, argv);
	if (argc < 2 || std::strcmp(argv[1], "fail") != 0)
		testing::GTEST_FLAG(filter) = "-on_purpose.*";
	testing::UnitTest::GetInstance()->listeners().Append(new frame);
	return RUN_ALL_TESTS();
}
