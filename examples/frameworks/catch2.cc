/* SPDX-License-Identifier: MIT */
/*
 * The assertions of <phaselock/phaselock.hpp> in Catch2.
 *
 *     build/examples/frameworks/catch2         a test that passes
 *     build/examples/frameworks/catch2 '*'     and three that fail
 *
 * What functions of Catch2 ask for is known by their names, and neither counts nor violates a lock.
 * A REQUIRE is a macro, of which a part may be compiled into the test: write it behind the block.
 */
#define CATCH_CONFIG_EXTERNAL_INTERFACES /* for a listener */
#include <catch2/catch.hpp>
#include <phaselock/phaselock.hpp>

extern "C" {
#include "../request_counter.h"
}

#include <cstring>
#include <string>

namespace
{

/* ---- what one would share between test programs ---------------------------------------------- */

/*
 * Fails the test, which goes on, as after a CHECK. What Catch2 allocates is permitted, also where
 * the heap is locked.
 */
void fail(const char *file, int line, const std::string &message)
{
	Catch::AssertionHandler failure("phaselock",
					Catch::SourceLineInfo(file, static_cast<size_t>(line)), "",
					Catch::ResultDisposition::ContinueOnFailure);

	failure.handleMessage(Catch::ResultWas::ExplicitFailure, message);
	failure.complete();
}

void fail_the_test(const phaselock_check_report *report, void *)
{
	const phaselock::permit heap;

	fail(report->spec->file, report->spec->line, report->message);
}

/* A frame around each run of a test, which is its outermost section. */
struct frame : Catch::TestEventListenerBase {
	using TestEventListenerBase::TestEventListenerBase;

	void sectionStarting(const Catch::SectionInfo &section) override
	{
		if (depth++ > 0)
			return;
		name = section.name;
		phaselock_on_failure(fail_the_test, nullptr);
		phaselock_checks_ignore("_ZN5Catch* _ZNK5Catch*", nullptr);
		phaselock_test_begin(name.c_str());
	}
	void sectionEnded(const Catch::SectionStats &stats) override
	{
		if (--depth > 0)
			return;
		phaselock_test_returned();
		if (!phaselock_test_end())
			fail(stats.sectionInfo.lineInfo.file,
			     static_cast<int>(stats.sectionInfo.lineInfo.line),
			     name + " " + phaselock_test_fault());
	}

	unsigned depth = 0;
	std::string name;
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
	REQUIRE(read);
}

} // namespace

CATCH_REGISTER_LISTENER(frame)

TEST_CASE("naive reading fails the test", "[.on_purpose]")
{
	read_one(REQUEST_KEEP_COPIES);
}

TEST_CASE("leaving the heap locked fails the test", "[.on_purpose]")
{
	lock_allocations();
}

TEST_CASE("leaving a scope open fails the test", "[.on_purpose]")
{
	phaselock_permit_begin();
}

TEST_CASE("reading makes no heap request")
{
	read_one(REQUEST_KEEP_IN_TABLE);
}
