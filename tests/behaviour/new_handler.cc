/* SPDX-License-Identifier: MIT */
/*
 * While memory is short the new-handler is called again and again, until it gives up: by throwing
 * what it likes, or by removing itself, after which a throwing form throws std::bad_alloc and a
 * nothrow form returns a null pointer.
 *
 * shows: PL-007 PL-054
 * exit: 0
 */
#include "behaviour.h"

#include <new>

static int asked;

struct out_of_everything {
};

static void throws_at_the_third_time()
{
	if (++asked == 3)
		throw out_of_everything();
}

static void gives_up_at_the_third_time()
{
	if (++asked == 3)
		std::set_new_handler(nullptr);
}

static size_t huge()
{
	return opaque_size(PTRDIFF_MAX);
}

template <typename exception, typename call> static bool throws(call body)
{
	try {
		body();
	} catch (const exception &) {
		return true;
	}
	return false;
}

/* Common to all forms: how often the handler was called, and what the statistics say. */
template <typename call> static void asks_a_handler_that_throws(call body)
{
	struct phaselock_stats begin = thread_stats();

	asked = 0;
	std::set_new_handler(throws_at_the_third_time);
	CHECK(throws<out_of_everything>(body));
	CHECK_EQUAL(asked, 3);
	CHECK_EQUAL(thread_stats_since(&begin).failed_allocations, 3);
	std::set_new_handler(nullptr);
	CHECK(throws<std::bad_alloc>(body));
}

template <typename call> static void asks_a_handler_that_gives_up(call body)
{
	asked = 0;
	std::set_new_handler(gives_up_at_the_third_time);
	CHECK(body() == nullptr);
	CHECK_EQUAL(asked, 3);
}

int main()
{
	const std::align_val_t wide{64};

	require_armed();
	asks_a_handler_that_throws([] { return opaque(::operator new(huge())); });
	asks_a_handler_that_throws([] { return opaque(::operator new[](huge())); });
	asks_a_handler_that_throws([=] { return opaque(::operator new(huge(), wide)); });
	asks_a_handler_that_throws([=] { return opaque(::operator new[](huge(), wide)); });

	asks_a_handler_that_gives_up([] { return opaque(::operator new(huge(), std::nothrow)); });
	asks_a_handler_that_gives_up([] { return opaque(::operator new[](huge(), std::nothrow)); });
	asks_a_handler_that_gives_up(
		[=] { return opaque(::operator new(huge(), wide, std::nothrow)); });
	asks_a_handler_that_gives_up(
		[=] { return opaque(::operator new[](huge(), wide, std::nothrow)); });

	asked = 0;
	std::set_new_handler(gives_up_at_the_third_time);
	CHECK(throws<std::bad_alloc>([] { return opaque(::operator new(huge())); }));
	CHECK_EQUAL(asked, 3);
	return 0;
}
