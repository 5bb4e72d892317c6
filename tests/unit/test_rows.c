/* SPDX-License-Identifier: MIT */
/*
 * A test that fails in a loop over a table names the row, and in nested loops the row of each. A
 * loop that came to its end is not named.
 *
 * shows: PL-732
 */
#define _GNU_SOURCE
#include "child.h"

static const int outer[] = {10, 20, 30}, inner[] = {1, 2};

static void fail_at(int wanted, void (*failure)(void))
{
	EACH_ROW(i, inner) {
		(void)i;
	}
	EACH_ROW(i, outer) {
		EACH_ROW(j, inner) {
			if (outer[i] + inner[j] == wanted)
				failure();
		}
		if (outer[i] == wanted)
			failure();
	}
}

static void end_test(void)
{
	unit_end(NULL);
	exit(0);
}

static void check(void)
{
	CHECK(inner[0] == 0);
}

static void check_equal(void)
{
	CHECK_EQUAL(inner[0], 0);
}

static void fail_in_both(void)
{
	fail_at(22, end_test);
}

static void fail_in_outer(void)
{
	fail_at(30, check);
}

static void fail_of_two(void)
{
	fail_at(11, check_equal);
}

static void fail_behind(void)
{
	fail_at(0, check);
	end_test();
}

TEST(failures_name_the_rows)
{
	static const struct {
		void (*body)(void);
		const char *text;
	} cases[] = {
		{fail_in_both, "at row 1 of outer\nat row 1 of inner\n"},
		{fail_in_outer, "inner[0] == 0 is not so\nat row 2 of outer\n"},
		{fail_of_two, "inner[0] is 1, wanted 0\nat row 0 of outer\nat row 0 of inner\n"},
		{fail_behind, ""},
	};
	static struct child_end end;

	/* A plain loop, because a child inherits the rows of its parent. */
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *text = end.text;

		child_run(cases[i].body, &end);
		text = strstr(text, ": ") == NULL ? text : strstr(text, ": ") + 2;
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_name_the_rows),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
