/* SPDX-License-Identifier: MIT */
/*
 * In a locked phase under policy=allow, in a permit scope, and in a forbid scope whose violation is
 * allowed, each form of operator new calls the new-handler for short memory as often as in an
 * unlocked phase. It does not call it for a denied request, though memory had been short just
 * before, nor for an invalid alignment.
 *
 * shows: PL-007
 * environment: PHASELOCK_OPTIONS=max_reports=1
 * exit: 0
 * stderr:
 * | phaselock: violation: operator new({any}) while allocations are locked
 * | {lines}
 */
#include "behaviour.h"

#include <new>

static size_t huge()
{
	return opaque_size(static_cast<size_t>(1) << 62);
}

static int asked;

static void gives_up_at_the_third_time()
{
	if (++asked == 3)
		std::set_new_handler(nullptr);
}

template <typename call> static bool throws(call body)
{
	try {
		body();
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

template <typename call> static void asks(int times, call body)
{
	asked = 0;
	std::set_new_handler(gives_up_at_the_third_time);
	body();
	CHECK_EQUAL(asked, times);
	std::set_new_handler(nullptr);
}

static void each_form_asks(int times)
{
	const std::align_val_t wide{64}, none{static_cast<size_t>(24)};

	asks(times, [] { CHECK(throws([] { opaque(::operator new(huge())); })); });
	asks(times, [] { CHECK(throws([] { opaque(::operator new[](huge())); })); });
	asks(times, [=] { CHECK(throws([=] { opaque(::operator new(huge(), wide)); })); });
	asks(times, [=] { CHECK(throws([=] { opaque(::operator new[](huge(), wide)); })); });
	asks(times, [] { CHECK(opaque(::operator new(huge(), std::nothrow)) == nullptr); });
	asks(times, [] { CHECK(opaque(::operator new[](huge(), std::nothrow)) == nullptr); });
	asks(times, [=] { CHECK(opaque(::operator new(huge(), wide, std::nothrow)) == nullptr); });
	asks(times,
	     [=] { CHECK(opaque(::operator new[](huge(), wide, std::nothrow)) == nullptr); });
	asks(0, [=] { CHECK(throws([=] { opaque(::operator new(100, none)); })); });
	asks(0, [=] { CHECK(opaque(::operator new(100, none, std::nothrow)) == nullptr); });
}

int main()
{
	require_armed();
	each_form_asks(3);
	phaselock_set_policy(PHASELOCK_ALLOW);
	lock_allocations();
	each_form_asks(3);
	phaselock_permit_begin();
	each_form_asks(3);
	phaselock_permit_end();
	phaselock_set_policy(PHASELOCK_DENY);
	each_form_asks(0);
	unlock_allocations();
	each_form_asks(3);
	phaselock_forbid_begin();
	each_form_asks(0);
	phaselock_set_policy(PHASELOCK_ALLOW);
	each_form_asks(3);
	phaselock_forbid_end();
	return 0;
}
