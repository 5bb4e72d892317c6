/* SPDX-License-Identifier: MIT */
/**
 * GoogleTest tests that assert what code does to the heap, in C++17. Include it after, or instead
 * of, <gtest/gtest.h>, and link with -lphaselock-test -lphaselock -lgtest.
 *
 *	TEST(parser, takes_no_memory)
 *	{
 *		EXPECT_NO_ALLOCATIONS(parser.parse(request)) << "of a short request";
 *	}
 *
 * The assertions are those of <phaselock/assert.h>, which says what each means. EXPECT_ fails the
 * test, which goes on; ASSERT_ also returns from the function, which must be one that returns
 * nothing. The statement comes last and may have commas; it runs once, in a lambda that captures by
 * reference. The blocks of PHASELOCK_ASSERT_... and the functions phaselock::check_... fail the
 * test as EXPECT_ does. What fails on another thread fails the test when it returns. If the library
 * is not armed, each fails and says why; with PHASELOCK_SKIP_IF_ABSENT defined before the include
 * it skips its test instead.
 *
 * To include it is enough: whichever main() the program has, there is a frame around each test:
 * - what functions of GoogleTest ask for does not count, and is permitted where the heap is locked;
 *   what is streamed to a check that fails counts where a compiler has inlined that into the test;
 * - what a test left open is closed;
 * - a test that leaves the heap locked or a scope open fails, and what it left is named.
 */
#ifndef PHASELOCK_GTEST_H
#define PHASELOCK_GTEST_H

#include <gtest/gtest.h>
#include <phaselock/phaselock.hpp>

#include <string>

namespace phaselock
{

/* The text of a failure of the assertion that this thread is at, for its own macro. */
class gtest_capture
{
      public:
	gtest_capture(phaselock_check_kind own_kind, int own_line)
	    : kind(own_kind), line(own_line), outer(innermost)
	{
		innermost = this;
	}
	~gtest_capture()
	{
		innermost = outer;
	}
	gtest_capture(const gtest_capture &) = delete;
	gtest_capture &operator=(const gtest_capture &) = delete;

	/* Returns whether the report is of this thread's innermost. */
	static bool take(const phaselock_check_report *report)
	{
		if (innermost == nullptr || innermost->kind != report->spec->kind ||
		    innermost->line != report->spec->line)
			return false;
		innermost->text = report->message;
		innermost->failed = true;
		return true;
	}

	::testing::AssertionResult result() const
	{
		const permit heap;

		if (!failed)
			return ::testing::AssertionSuccess();
		return ::testing::AssertionFailure() << text;
	}

      private:
	static inline thread_local gtest_capture *innermost = nullptr;

	phaselock_check_kind kind;
	int line;
	gtest_capture *outer;
	bool failed = false;
	std::string text;
};

/* Fails the test. What GoogleTest asks for is permitted, also where the heap is locked. */
inline void gtest_failed(const phaselock_check_report *report, void *)
{
	const permit heap;
	const char *file = report->spec->file;

	if (report->result == PHASELOCK_CHECK_SKIPPED)
		GTEST_SKIP() << file << ":" << report->spec->line << ": " << report->message;
	if (!gtest_capture::take(report))
		ADD_FAILURE_AT(file, report->spec->line) << report->message;
}

/* A frame around each test, whatever its fixture is. */
class gtest_frame : public ::testing::EmptyTestEventListener
{
	void OnTestStart(const ::testing::TestInfo &test) override
	{
		phaselock_on_failure(gtest_failed, nullptr);
		phaselock_checks_ignore("_ZN7testing* _ZNK7testing* libgtest libgmock", nullptr);
		phaselock_test_begin(test.name());
	}
	void OnTestEnd(const ::testing::TestInfo &test) override
	{
		phaselock_test_returned();
		if (!phaselock_test_end())
			ADD_FAILURE_AT(test.file(), test.line())
				<< test.name() << " " << phaselock_test_fault();
	}
};

/* Once in a program, before main(). GoogleTest deletes it. */
[[maybe_unused]] inline const bool gtest_is_framed =
	(::testing::UnitTest::GetInstance()->listeners().Append(new gtest_frame), true);

template <class Body>
::testing::AssertionResult gtest_check(const phaselock_check_spec &spec, Body &&body)
{
	gtest_capture capture(spec.kind, spec.line);

	check_that(spec, std::forward<Body>(body));
	return capture.result();
}

inline ::testing::AssertionResult gtest_survives(int (*function)(void *), void *context,
						 const char *name, place where)
{
	gtest_capture capture(PHASELOCK_CHECK_SURVIVES, where.line);

	phaselock_assert_survives_failures_(function, context, name, where.file, where.line,
					    PHASELOCK_SKIPS_);
	return capture.result();
}

} // namespace phaselock

/* A switch, because the else of an if around it would belong to the one in it. */
#define PHASELOCK_GTEST_(failure, check)                                                           \
	switch (0)                                                                                 \
	case 0:                                                                                    \
	default:                                                                                   \
		if (const ::testing::AssertionResult phaselock_result = check)                     \
			;                                                                          \
		else                                                                               \
			failure << phaselock_result.message()

#define PHASELOCK_GTEST_OF_(failure, kind, scope, limit, function, size, site, ...)                \
	PHASELOCK_GTEST_(failure,                                                                  \
			 ::phaselock::gtest_check({kind, scope, static_cast<uint64_t>(limit),      \
						   function, static_cast<size_t>(size), site,      \
						   nullptr, __FILE__, __LINE__, PHASELOCK_SKIPS_}, \
						  [&] { __VA_ARGS__; }))

#define PHASELOCK_GTEST_COUNT_(failure, kind, scope, limit, ...)                                   \
	PHASELOCK_GTEST_OF_(failure, PHASELOCK_CHECK_##kind, PHASELOCK_##scope, limit, nullptr,    \
			    PHASELOCK_ANY_SIZE, nullptr, __VA_ARGS__)

#define EXPECT_NO_ALLOCATIONS(...)                                                                 \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MAX_ALLOCATIONS, THIS_THREAD, 0, __VA_ARGS__)
#define EXPECT_MAX_ALLOCATIONS(n, ...)                                                             \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MAX_ALLOCATIONS, THIS_THREAD, n, __VA_ARGS__)
#define EXPECT_EXACT_ALLOCATIONS(n, ...)                                                           \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), EXACT_ALLOCATIONS, THIS_THREAD, n, __VA_ARGS__)
#define EXPECT_ALLOCATES(...)                                                                      \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MIN_ALLOCATIONS, THIS_THREAD, 1, __VA_ARGS__)
#define EXPECT_MAX_BYTES(n, ...)                                                                   \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MAX_BYTES, THIS_THREAD, n, __VA_ARGS__)
#define EXPECT_NO_LEAK(...)                                                                        \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), NO_LEAK, THIS_THREAD, 0, __VA_ARGS__)
#define EXPECT_NO_DEALLOCATIONS(...)                                                               \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), NO_DEALLOCATIONS, THIS_THREAD, 0, __VA_ARGS__)
#define EXPECT_VIOLATION(...)                                                                      \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), VIOLATION, THIS_THREAD, 0, __VA_ARGS__)
#define EXPECT_VIOLATION_OF(function, size, site, ...)                                             \
	PHASELOCK_GTEST_OF_(ADD_FAILURE(), PHASELOCK_CHECK_VIOLATION, PHASELOCK_THIS_THREAD, 0,    \
			    function, size, site, __VA_ARGS__)
#define EXPECT_ABORTS_ON_ALLOCATION(...)                                                           \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), ABORTS, THIS_THREAD, 0, __VA_ARGS__)
#define EXPECT_ABORTS_ON_ALLOCATION_OF(function, size, site, ...)                                  \
	PHASELOCK_GTEST_OF_(ADD_FAILURE(), PHASELOCK_CHECK_ABORTS, PHASELOCK_THIS_THREAD, 0,       \
			    function, size, site, __VA_ARGS__)
#define EXPECT_SURVIVES_FAILURES(function, context)                                                \
	PHASELOCK_GTEST_(                                                                          \
		ADD_FAILURE(),                                                                     \
		::phaselock::gtest_survives(function, context, "survives failures of " #function,  \
					    ::phaselock::place::here(__FILE__, __LINE__)))

/* The same for every thread of the process. */
#define EXPECT_NO_ALLOCATIONS_ANYWHERE(...)                                                        \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MAX_ALLOCATIONS, PROCESS, 0, __VA_ARGS__)
#define EXPECT_MAX_ALLOCATIONS_ANYWHERE(n, ...)                                                    \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MAX_ALLOCATIONS, PROCESS, n, __VA_ARGS__)
#define EXPECT_EXACT_ALLOCATIONS_ANYWHERE(n, ...)                                                  \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), EXACT_ALLOCATIONS, PROCESS, n, __VA_ARGS__)
#define EXPECT_ALLOCATES_ANYWHERE(...)                                                             \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MIN_ALLOCATIONS, PROCESS, 1, __VA_ARGS__)
#define EXPECT_MAX_BYTES_ANYWHERE(n, ...)                                                          \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), MAX_BYTES, PROCESS, n, __VA_ARGS__)
#define EXPECT_NO_LEAK_ANYWHERE(...)                                                               \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), NO_LEAK, PROCESS, 0, __VA_ARGS__)
#define EXPECT_NO_DEALLOCATIONS_ANYWHERE(...)                                                      \
	PHASELOCK_GTEST_COUNT_(ADD_FAILURE(), NO_DEALLOCATIONS, PROCESS, 0, __VA_ARGS__)

/* Each of these returns from the function of the test if it does not hold. */
#define ASSERT_NO_ALLOCATIONS(...)                                                                 \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MAX_ALLOCATIONS, THIS_THREAD, 0, __VA_ARGS__)
#define ASSERT_MAX_ALLOCATIONS(n, ...)                                                             \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MAX_ALLOCATIONS, THIS_THREAD, n, __VA_ARGS__)
#define ASSERT_EXACT_ALLOCATIONS(n, ...)                                                           \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), EXACT_ALLOCATIONS, THIS_THREAD, n, __VA_ARGS__)
#define ASSERT_ALLOCATES(...)                                                                      \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MIN_ALLOCATIONS, THIS_THREAD, 1, __VA_ARGS__)
#define ASSERT_MAX_BYTES(n, ...)                                                                   \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MAX_BYTES, THIS_THREAD, n, __VA_ARGS__)
#define ASSERT_NO_LEAK(...)                                                                        \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), NO_LEAK, THIS_THREAD, 0, __VA_ARGS__)
#define ASSERT_NO_DEALLOCATIONS(...)                                                               \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), NO_DEALLOCATIONS, THIS_THREAD, 0, __VA_ARGS__)
#define ASSERT_VIOLATION(...)                                                                      \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), VIOLATION, THIS_THREAD, 0, __VA_ARGS__)
#define ASSERT_VIOLATION_OF(function, size, site, ...)                                             \
	PHASELOCK_GTEST_OF_(GTEST_FAIL(), PHASELOCK_CHECK_VIOLATION, PHASELOCK_THIS_THREAD, 0,     \
			    function, size, site, __VA_ARGS__)
#define ASSERT_ABORTS_ON_ALLOCATION(...)                                                           \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), ABORTS, THIS_THREAD, 0, __VA_ARGS__)
#define ASSERT_ABORTS_ON_ALLOCATION_OF(function, size, site, ...)                                  \
	PHASELOCK_GTEST_OF_(GTEST_FAIL(), PHASELOCK_CHECK_ABORTS, PHASELOCK_THIS_THREAD, 0,        \
			    function, size, site, __VA_ARGS__)
#define ASSERT_SURVIVES_FAILURES(function, context)                                                \
	PHASELOCK_GTEST_(                                                                          \
		GTEST_FAIL(),                                                                      \
		::phaselock::gtest_survives(function, context, "survives failures of " #function,  \
					    ::phaselock::place::here(__FILE__, __LINE__)))

#define ASSERT_NO_ALLOCATIONS_ANYWHERE(...)                                                        \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MAX_ALLOCATIONS, PROCESS, 0, __VA_ARGS__)
#define ASSERT_MAX_ALLOCATIONS_ANYWHERE(n, ...)                                                    \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MAX_ALLOCATIONS, PROCESS, n, __VA_ARGS__)
#define ASSERT_EXACT_ALLOCATIONS_ANYWHERE(n, ...)                                                  \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), EXACT_ALLOCATIONS, PROCESS, n, __VA_ARGS__)
#define ASSERT_ALLOCATES_ANYWHERE(...)                                                             \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MIN_ALLOCATIONS, PROCESS, 1, __VA_ARGS__)
#define ASSERT_MAX_BYTES_ANYWHERE(n, ...)                                                          \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), MAX_BYTES, PROCESS, n, __VA_ARGS__)
#define ASSERT_NO_LEAK_ANYWHERE(...)                                                               \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), NO_LEAK, PROCESS, 0, __VA_ARGS__)
#define ASSERT_NO_DEALLOCATIONS_ANYWHERE(...)                                                      \
	PHASELOCK_GTEST_COUNT_(GTEST_FAIL(), NO_DEALLOCATIONS, PROCESS, 0, __VA_ARGS__)

#endif
