/* SPDX-License-Identifier: MIT */
/*
 * The text of a failed assertion is in each of CMocka's outputs, also with what the names of C++
 * functions have in them; its XML stays well-formed. With the command named by PHASELOCK_COMMAND
 * the text is what that command makes of it. A text that does not fit into CMocka's buffer goes to
 * stderr as it is, hence frames of few words.
 *
 * shows: PL-312 PL-313
 * run: sh -c 'strip -o t {self}; for f in stdout tap subunit; do CMOCKA_MESSAGE_OUTPUT=$f ./t 2>&1
 *     | grep -c "Weird<a . b]] > .c: 1 allocation, 5 bytes\|operator new"; done'
 * exit: 0
 * stdout:
 * | 2
 * | 2
 * | 2
 *
 * run: sh -c 'CMOCKA_MESSAGE_OUTPUT=xml {self} | python3 -c "import sys, xml.dom.minidom as x; t =
 *     x.parse(sys.stdin).getElementsByTagName(\"failure\")[0].firstChild.data; print(\"1 x operator
 *     new(5)\" in t, \"Weird<a & b]] > &c\" in t)"'
 * exit: 0
 * stdout:
 * | True True
 *
 * run: {self}
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * environment: PHASELOCK_COMMAND={source}/tests/harness/parts/symbolizer.sh
 * exit: 1
 * stdout:
 * | 1..1
 * | not ok 1 - allocates
 * | # named symbolize: asserted Weird<a & b]] > &c: 1 allocation, 5 bytes (first: {any})
 * | # named symbolize:   1 x operator new(5)
 * | {lines}
 *
 * run: {self}
 * environment: CMOCKA_MESSAGE_OUTPUT=tap
 * environment: PHASELOCK_COMMAND={build}/phaselock
 * exit: 1
 * stdout:
 * | 1..1
 * | not ok 1 - allocates
 * | # asserted Weird<a & b]] > &c: 1 allocation, 5 bytes (first: {any})
 * | #   1 x operator new(5)
 * | #     #0 allocates{any} {any}/outputs_carry_the_text.cc:{number}
 * | {lines}
 */
#include <phaselock/cmocka.h>

#include <new>

static void *volatile sink;

/* The macros of C need a spec that C++ has not: by hand. */
static void allocates(void **)
{
	struct phaselock_check_spec spec = {};
	struct phaselock_check *check;

	spec.name = "Weird<a & b]]> &c";
	spec.file = __FILE__;
	spec.line = 1;
	check = phaselock_check_begin(&spec);
	sink = ::operator new(5);
	phaselock_check_end(&check);
}

int main()
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(allocates)};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
