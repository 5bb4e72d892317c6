// SPDX-License-Identifier: MIT
/*
 * phaselock.hpp in a program that is built without exceptions: scopes, block macros and functions.
 * Says what each assertion came to.
 */
#include <phaselock/phaselock.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

static void *volatile sink;

static void request()
{
	sink = std::malloc(3);
	std::free(sink);
}

static void failed(const phaselock_check_report *report, void *)
{
	std::printf("%.*s\n", static_cast<int>(std::strcspn(report->message, "\n")),
		    report->message);
}

static int leaves_block()
{
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		request();
		return 1;
	}
	return 0;
}

int main()
{
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	phaselock_on_failure(failed, nullptr);
	std::printf("left: %d\n", leaves_block());
	std::printf("holds: %d\n", phaselock::check_exact_allocations(1, request));
	std::printf("holds: %d\n", phaselock::check_max_bytes(2, request));
	{
		const phaselock::forbid no_heap;

		std::printf("violates: %d\n", phaselock::check_violation(request, "malloc", 3));
	}
	request();
	return 0;
}
