/* SPDX-License-Identifier: MIT */
/*
 * CMocka tests that overrun blocks of test_malloc(), lose them, or end before they give them back,
 * with each kind of fixture. With -DALONE it knows CMocka alone. cmocka_blocks.test compares.
 */
#ifdef ALONE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#else
#include <phaselock/cmocka.h>
#endif
#include <stdio.h>

static char *volatile block;

static void overruns(void **state)
{
	(void)state;
	block = test_malloc(8);
	block[8] = 1;
	test_free(block);
}

static void underruns(void **state)
{
	(void)state;
	block = test_malloc(8);
	block[-1] = 1;
	test_free(block);
}

static void overruns_and_loses(void **state)
{
	(void)state;
	block = test_malloc(8);
	block[8] = 1;
}

static void loses(void **state)
{
	(void)state;
	block = test_malloc(8);
}

static void fails(void **state)
{
	loses(state);
	fail();
}

static void skips(void **state)
{
	loses(state);
	skip();
}

static void wants_a_value_more(void **state)
{
	(void)state;
	will_return(wants_a_value_more, 3);
}

static void passes(void **state)
{
	(void)state;
}

static int set_up(void **state)
{
	(void)state;
	puts("set up");
	return 0;
}

static int set_up_a_block(void **state)
{
	*state = test_malloc(8);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	puts("tear down");
	return 0;
}

#define WITH_EACH_FIXTURE(test)                                                                    \
	cmocka_unit_test(test), cmocka_unit_test(passes), cmocka_unit_test_setup(test, set_up),    \
		cmocka_unit_test_setup(passes, set_up_a_block),                                    \
		cmocka_unit_test_teardown(test, tear_down), cmocka_unit_test(passes),              \
		cmocka_unit_test_setup_teardown(test, set_up, tear_down),                          \
		cmocka_unit_test_setup_teardown(passes, set_up_a_block, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_EACH_FIXTURE(overruns),
		WITH_EACH_FIXTURE(underruns),
		WITH_EACH_FIXTURE(overruns_and_loses),
		WITH_EACH_FIXTURE(loses),
		WITH_EACH_FIXTURE(fails),
		WITH_EACH_FIXTURE(skips),
		WITH_EACH_FIXTURE(wants_a_value_more),
	};

	setvbuf(stdout, NULL, _IONBF, 0);
	return cmocka_run_group_tests(tests, GROUP_SETUP, GROUP_TEARDOWN);
}
