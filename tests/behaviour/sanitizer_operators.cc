// SPDX-License-Identifier: MIT
/*
 * A C++ program under a sanitizer: the library hears of each form of new and delete exactly where
 * the armed set says so. A violation that cannot be denied throws nothing.
 *
 * shows: PL-110 PL-111 PL-112
 * needs: g++ clang++
 * run: {source}/tests/behaviour/parts/sanitized.sh {build} shared {CXX} "-std=c++17
 *     -fsanitize={FLAGS}"
 *     sanitizer_operators.cc
 * each: CXX=FLAGS "g++=address" "g++=address -static-libasan" "clang++=address"
 *     "clang++=address -shared-libsan" "g++=thread" "clang++=thread" "g++=leak" "clang++=leak"
 *     "g++=undefined"
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0:free=forbid
 * exit: 0
 * stderr:
 * | {not-armed}
 * | phaselock: {number} violations at {number} sites, by count:
 * | phaselock:   and {number} sites more (max_reports=0)
 */
#include "behaviour.h"

#include <cstdlib>
#include <new>

namespace
{
struct alignas(256) wide {
	char bytes[256];
};

bool heard(unsigned entry)
{
	return (phaselock_heard() & entry) == entry;
}

/* Runs one form while locked; prints how many attempts were heard, and if it was denied. */
template <typename Form> uint64_t attempts(Form form, bool *denied)
{
	uint64_t before = get_stats().locked_attempts;

	*denied = false;
	lock_allocations();
	try {
		form();
	} catch (const std::bad_alloc &) {
		*denied = true;
	}
	unlock_allocations();
	return get_stats().locked_attempts - before;
}

/* new, then delete: if only heard, both are served and counted; ours denies the new. */
template <typename Form> void try_form(unsigned takes, unsigned gives, Form form)
{
	bool denied = false;
	uint64_t known = attempts(form, &denied);
	unsigned armed = phaselock_armed();

	if (heard(takes)) {
		CHECK(!denied);
		CHECK_EQUAL(known, 1u + heard(gives));
	} else if ((armed & takes) == takes) {
		CHECK(denied);
		CHECK(known >= 1);
	} else {
		CHECK(!denied);
		CHECK_EQUAL(known, heard(gives));
	}
}

} // namespace

int main()
{
	const unsigned plain = PHASELOCK_ENTRY_NEW, aligned = PHASELOCK_ENTRY_NEW_ALIGNED;
	const unsigned del = PHASELOCK_ENTRY_DELETE, del_aligned = PHASELOCK_ENTRY_DELETE_ALIGNED;

	CHECK((phaselock_armed() & plain) != 0);
	CHECK((phaselock_armed() & del) != 0);
	try_form(plain, del, [] { delete static_cast<long *>(opaque(new long(1))); });
	try_form(plain, del, [] { delete[] static_cast<long *>(opaque(new long[9])); });
	try_form(aligned, del_aligned, [] { delete static_cast<wide *>(opaque(new wide)); });
	try_form(aligned, del_aligned, [] { delete[] static_cast<wide *>(opaque(new wide[2])); });
	return 0;
}
