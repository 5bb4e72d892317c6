// SPDX-License-Identifier: MIT
/*
 * A C++ program in which libphaselock.a is the only allocator, however it was linked. A denied new
 * throws std::bad_alloc. An exception of the program's own is thrown and caught even while its
 * memory is denied, since libstdc++ keeps some for that.
 *
 * shows: PL-007 PL-087
 * needs: g++ nm
 * backend: jemalloc
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stdout:
 * | one allocator
 * stderr:
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 * run: {source}/tests/behaviour/parts/link {build}/libphaselock.a linked_cxx.cc g++ {link} {more}
 * each: link -pie -static -static-pie
 * each: more -ffunction-sections -flto -Wl,--gc-sections
 */
#include "behaviour.h"

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

static const char long_text[] = "a text that is too long to be kept inside of a std::string";

int main()
{
	require_armed();

	phaselock_stats begin = thread_stats();
	std::vector<int> numbers(1000);

	CHECK_EQUAL(thread_stats_since(&begin).allocations, 1);
	lock_allocations();
	begin = thread_stats();

	bool denied = false, caught = false;
	try {
		std::string text(long_text);
		numbers[0] = static_cast<int>(text.size());
	} catch (const std::bad_alloc &) {
		denied = true;
	}
	CHECK(denied);
	CHECK_EQUAL(numbers[0], 0);
	try {
		throw std::out_of_range("");
	} catch (const std::exception &) {
		caught = true;
	}
	CHECK(caught);

	phaselock_stats did = thread_stats_since(&begin);
	CHECK_EQUAL(did.allocations, 0);
	/* the string, its std::bad_alloc, the other exception; perhaps that one's text */
	CHECK(did.locked_attempts >= 3);
	return 0;
}
