/* SPDX-License-Identifier: MIT */
/*
 * A test program of a user of GoogleTest, without a main() of its own, and with no more of us than
 * the header. Tests of the suite "fails" fail on purpose.
 */
#include <phaselock/gtest.h>

#include <cstdlib>
#include <thread>

static void *volatile sink;

__attribute__((noinline)) static void request(size_t size)
{
	sink = malloc(size);
	free(sink);
}

static int survives(void *)
{
	request(1);
	return 0;
}

static int forgets(void *)
{
	void *kept = malloc(3);

	if (kept == nullptr)
		return 1;
	free(kept);
	return 0;
}

template <int First, int Second> static void of_two()
{
	request(First + Second);
}

static void leaves_early(bool &went_on)
{
	ASSERT_NO_ALLOCATIONS(request(4)) << "on purpose";
	went_on = true;
}

TEST(holds, all)
{
	ASSERT_NO_ALLOCATIONS(sink = nullptr);
	EXPECT_MAX_ALLOCATIONS(2, request(1); request(2));
	EXPECT_EXACT_ALLOCATIONS(1, of_two<1, 2>());
	EXPECT_ALLOCATES(request(1));
	EXPECT_MAX_BYTES(8, request(8));
	EXPECT_NO_LEAK(request(1));
	EXPECT_NO_DEALLOCATIONS(sink = malloc(1));
	free(sink);
	EXPECT_SURVIVES_FAILURES(survives, nullptr);
	EXPECT_ABORTS_ON_ALLOCATION(request(1));
	ASSERT_ABORTS_ON_ALLOCATION_OF("malloc", 7, nullptr, request(7));
	EXPECT_NO_ALLOCATIONS_ANYWHERE(sink = nullptr);
	if (sink == nullptr)
		EXPECT_NO_ALLOCATIONS(sink = nullptr);
	else
		FAIL() << "the else is of another if";
}

TEST(holds, violations)
{
	const phaselock::forbid no_heap;

	EXPECT_VIOLATION(request(5));
	EXPECT_VIOLATION_OF("malloc", 5, nullptr, request(5));
}

/* What GoogleTest asks for is no violation, and does not count. It is at fault for its checks. */
TEST(fails, in_the_locked_phase)
{
	lock_allocations();
	EXPECT_EXACT_ALLOCATIONS(1, EXPECT_EQ(1, 2); request(1));
	EXPECT_EQ(3, 4);
	unlock_allocations();
}

TEST(fails, and_goes_on)
{
	EXPECT_NO_ALLOCATIONS(request(3)) << "the user's words";
	EXPECT_NO_LEAK(sink = malloc(6));
	free(sink);
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		request(9);
	}
}

TEST(fails, and_returns)
{
	bool went_on = false;

	leaves_early(went_on);
	EXPECT_FALSE(went_on);
}

TEST(fails, on_another_thread)
{
	std::thread([] { EXPECT_NO_ALLOCATIONS(request(2)); }).join();
}

TEST(fails, for_a_failure_that_is_not_looked_for)
{
	EXPECT_SURVIVES_FAILURES(forgets, nullptr);
	EXPECT_ABORTS_ON_ALLOCATION(sink = nullptr);
}

TEST(fails, and_leaves_the_heap_locked)
{
	lock_allocations();
}

TEST(holds, after_all_of_these)
{
	EXPECT_EQ(phaselock_get_phase(), PHASELOCK_INIT);
	EXPECT_NO_ALLOCATIONS(sink = nullptr);
}
