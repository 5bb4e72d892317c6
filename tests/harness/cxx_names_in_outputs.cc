// SPDX-License-Identifier: MIT
/*
 * The names of C++ functions have <, > and & in them; CMocka's XML with the call stack of a failed
 * assertion in it is well-formed, and has them as they are, also with names by the command.
 *
 * shows: PL-312
 * environment: CMOCKA_MESSAGE_OUTPUT=xml
 *
 * run: sh -c '{self} | python3 {source}/tests/harness/parts/failures.py'
 * exit: 0
 * stdout:
 * | asserted no allocations: 1 allocation, 24 bytes (first: {any})
 * |   1 x operator new(24)
 * |     #0 _ZN6holderISt4lessIiEEanERKSt6vectorIPKcSaIS5_EE+{any}
 * | {lines}
 *
 * run: sh -c '{self} | python3 {source}/tests/harness/parts/failures.py'
 * environment: PHASELOCK_COMMAND={build}/phaselock
 * exit: 0
 * stdout:
 * | asserted no allocations: 1 allocation, 24 bytes (first: {any})
 * |   1 x operator new(24)
 * |     #0 holder<std::less<int> >::operator&(std::vector<char const*, std::allocator<char const*> > const&) {any}/cxx_names_in_outputs.cc:{number}
 * | {lines}
 */
#include <phaselock/cmocka.h>

#include <functional>
#include <new>
#include <vector>

static void *volatile sink;

template <class Type> struct holder {
	__attribute__((noinline)) bool operator&(const std::vector<const char *> &);
};

template <class Type> bool holder<Type>::operator&(const std::vector<const char *> &)
{
	sink = ::operator new(24);
	::operator delete(sink);
	return sink != nullptr;
}

template struct holder<std::less<int>>;

static void allocates(void **)
{
	holder<std::less<int>> one;
	const std::vector<const char *> none;

	assert_no_allocations {
		one &none;
	}
}

int main()
{
	const CMUnitTest tests[] = {cmocka_unit_test(allocates)};

	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
