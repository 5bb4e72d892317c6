// SPDX-License-Identifier: MIT
/*
 * Each assertion needs the entry points that it counts and no other, and names those that do not
 * come to the library: here the program has functions of its own, as a test framework may, that
 * keep what is given back, or hand out what they have. The block of one that fails so runs all the
 * same, and what it asks for is no violation.
 *
 * shows: PL-612 PL-613
 * run: {self}
 * exit: 0
 * stdout:
 * | missing: none
 * | at most 1 allocation: holds
 * | exactly 1 allocation: holds
 * | allocates: holds
 * | at most 1 byte: holds
 * | violation of "operator new", 1, NULL: holds
 * | aborts on allocation: holds
 * | allocs_per_run: counted
 * | fail_nth: failed
 * | survives failures of keeps_the_heap: holds
 * | no leak: holds
 * | no deallocations: holds
 * | blocks: 7
 * run: sh -c 'g++ -std=c++17 -g -fno-builtin -I{source}/include -DOWN_{own}
 *     {source}/tests/harness/each_needs_what_it_counts.cc -o program {build}/libphaselock-test.a
 *     -L{build} -Wl,-rpath,{build} -lphaselock && exec ./program 2>errors'
 * needs: g++
 * each: own=missing DELETE="operator delete" DELETE_ALIGNED="operator delete with alignment"
 *     CFREE=cfree
 * exit: 0
 * stdout:
 * | missing: {missing}
 * | at most 1 allocation: holds
 * | exactly 1 allocation: holds
 * | allocates: holds
 * | at most 1 byte: holds
 * | violation of "operator new", 1, NULL: holds
 * | aborts on allocation: holds
 * | allocs_per_run: counted
 * | fail_nth: failed
 * | survives failures of keeps_the_heap: {missing} goes to another allocator
 * | no leak: {missing} goes to another allocator
 * | no deallocations: {missing} goes to another allocator
 * | blocks: 7
 * run: sh -c 'g++ -std=c++17 -g -fno-builtin -I{source}/include -DOWN_{own}
 *     {source}/tests/harness/each_needs_what_it_counts.cc -o program {build}/libphaselock-test.a
 *     -L{build} -Wl,-rpath,{build} -lphaselock && exec ./program 2>errors'
 * needs: g++
 * each: own=missing NEW_ALIGNED="operator new with alignment" VALLOC=valloc
 * exit: 0
 * stdout:
 * | missing: {missing}
 * | at most 1 allocation: {missing} goes to another allocator
 * | exactly 1 allocation: {missing} goes to another allocator
 * | allocates: {missing} goes to another allocator
 * | at most 1 byte: {missing} goes to another allocator
 * | violation of "operator new", 1, NULL: {missing} goes to another allocator
 * | aborts on allocation: {missing} goes to another allocator
 * | phaselock_allocs_per_run: {missing} goes to another allocator
 * | phaselock_fail_nth: {missing} goes to another allocator
 * | survives failures of keeps_the_heap: {missing} goes to another allocator
 * | no leak: {missing} goes to another allocator
 * | no deallocations: holds
 * | blocks: 7
 */
#include <phaselock/phaselock.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

static void *volatile given_back;

[[maybe_unused]] static void *keep() noexcept
{
	static char kept[1 << 16];
	static std::size_t used;

	used += 1024;
	return kept + used % sizeof(kept);
}

#if defined(OWN_DELETE)
void operator delete(void *block) noexcept
{
	given_back = block;
}
void operator delete(void *block, std::size_t) noexcept
{
	given_back = block;
}
#elif defined(OWN_DELETE_ALIGNED)
void operator delete(void *block, std::align_val_t) noexcept
{
	given_back = block;
}
void operator delete(void *block, std::size_t, std::align_val_t) noexcept
{
	given_back = block;
}
#elif defined(OWN_CFREE)
extern "C" void cfree(void *block) noexcept
{
	given_back = block;
}
#elif defined(OWN_NEW_ALIGNED)
void *operator new(std::size_t, std::align_val_t)
{
	return keep();
}
#elif defined(OWN_VALLOC)
extern "C" void *valloc(std::size_t) noexcept
{
	return keep();
}
#endif

static int blocks;
static void *volatile sink;

static void request()
{
	blocks++;
	sink = ::operator new(1);
}

static int keeps_the_heap(void *)
{
	return 0;
}

static void nothing(void *)
{
}

/* What was told of the missing entry points, without the cure. */
static void tell(const phaselock_check_report *report, void *)
{
	static const char before[] = "phaselock is not armed: ";
	const char *reason = std::strstr(report->message, before);

	if (report->result == PHASELOCK_CHECK_HOLDS)
		std::printf("%s: holds\n", report->spec->name);
	else if (reason != nullptr)
		std::printf("%s: %.*s\n", report->spec->name,
			    static_cast<int>(std::strcspn(reason + sizeof(before) - 1, ";")),
			    reason + sizeof(before) - 1);
	else
		std::printf("%s", report->message);
}

static void go_on(const phaselock_check_report *, void *)
{
}

static void say_missing()
{
	unsigned missing = PHASELOCK_ENTRY_ALL & ~phaselock_armed();
	const char *name = phaselock_entry_name(missing);

	std::printf("missing: %s\n", missing == 0 ? "none" : name != nullptr ? name : "several");
}

static void test_requests()
{
	PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) {
		request();
	}
	PHASELOCK_ASSERT_EXACT_ALLOCATIONS(1) {
		request();
	}
	PHASELOCK_ASSERT_ALLOCATES {
		request();
	}
	PHASELOCK_ASSERT_MAX_BYTES(1) {
		request();
	}
	lock_allocations();
	PHASELOCK_ASSERT_VIOLATION_OF("operator new", 1, NULL) {
		request();
	}
	unlock_allocations();
	PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION {
		request();
	}
	if (phaselock_allocs_per_run(1, nothing, nullptr) == 0)
		std::printf("allocs_per_run: counted\n");
	phaselock_fail_nth(1);
	sink = std::malloc(1);
	if (phaselock_nth_failed())
		std::printf("fail_nth: failed\n");
	phaselock_fail_nth(0);
}

int main()
{
	std::setvbuf(stdout, nullptr, _IONBF, 0);
	phaselock_on_failure(go_on, nullptr);
	phaselock_on_check(tell, nullptr);
	say_missing();
	test_requests();
	PHASELOCK_ASSERT_SURVIVES_FAILURES(keeps_the_heap, nullptr);
	PHASELOCK_ASSERT_NO_LEAK {
		blocks++;
	}
	PHASELOCK_ASSERT_NO_DEALLOCATIONS {
		request();
	}
	std::printf("blocks: %d\n", blocks);
	return 0;
}
