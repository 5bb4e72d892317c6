/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/gtest.h> in GoogleTest.
 *
 *     build/examples/frameworks/googletest         a test that passes
 *     build/examples/frameworks/googletest fail    and three that fail
 *
 * An EXPECT or ASSERT that fails makes heap requests of its own. They are known by the functions of
 * GoogleTest, and neither count nor violate a lock; but what is streamed to it, << "so", does
 * where the compiler has made it part of the test.
 */
#include <phaselock/gtest.h>

extern "C" {
#include "../request_counter.h"
}

#include <cstring>

namespace
{

/* ---- the tests ------------------------------------------------------------------------------- */

void read_one(request_keep keep)
{
	static const char request[] = "GET /status HTTP/1.1\r\nHost: pump-controller\r\n\r\n";
	request_counter *counter = request_counter_create(keep);

	EXPECT_NO_ALLOCATIONS(
		EXPECT_TRUE(request_counter_read(counter, request, std::strlen(request))));
	request_counter_destroy(counter);
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
	return RUN_ALL_TESTS();
}
