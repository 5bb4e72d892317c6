/* SPDX-License-Identifier: MIT */
/*
 * The moment before main(), requested where a library does it: before the C library starts the
 * program. The behaviour suite shows lock=main in a preloaded library, in programs of other kinds,
 * and with other libraries in between; and that a program without a shared libc is refused.
 *
 * shows: PL-061 (lock=main)
 */
#define _GNU_SOURCE
#include "life/before_main.h"

#include "unit.h"

#include <dlfcn.h>
#include <string.h>

/* In the order in which they happen. */
enum moment { NOTHING, CONSTRUCTED, BEFORE_MAIN, IN_MAIN };

static enum moment moment;
static enum moment seen_before_main;
static unsigned calls;
static const void *called_from;
static bool accepted;

static void before_main(const void *caller)
{
	called_from = caller;
	seen_before_main = moment;
	moment = BEFORE_MAIN;
	calls++;
}

/*
 * The constructors of a program itself run too late, from __libc_start_main(); those of its
 * libraries, and what stands in this array, run before.
 */
static void initialise(void)
{
	accepted = pl_before_main(before_main);
}

__attribute__((section(".preinit_array"), used)) static void (*const before_all)(void) = initialise;

__attribute__((constructor)) static void construct(void)
{
	moment = CONSTRUCTED;
}

static enum moment seen_in_main;
static int arguments;
static char **argument_values;

TEST(request_before_the_program_starts_is_accepted)
{
	assert_true(accepted);
}

TEST(function_is_called_once_after_the_constructors_and_before_main)
{
	assert_int_equal(calls, 1);
	assert_int_equal(seen_before_main, CONSTRUCTED);
	assert_int_equal(seen_in_main, BEFORE_MAIN);
}

TEST(function_is_told_the_place_in_libc_that_calls_main)
{
	Dl_info module;

	assert_int_not_equal(dladdr(called_from, &module), 0);
	assert_non_null(strstr(module.dli_fname, "libc"));
}

TEST(main_gets_its_arguments)
{
	assert_int_equal(arguments, 1);
	assert_non_null(argument_values[0]);
	assert_null(argument_values[1]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_before_the_program_starts_is_accepted),
		cmocka_unit_test(function_is_called_once_after_the_constructors_and_before_main),
		cmocka_unit_test(function_is_told_the_place_in_libc_that_calls_main),
		cmocka_unit_test(main_gets_its_arguments),
	};

	seen_in_main = moment;
	moment = IN_MAIN;
	arguments = argc;
	argument_values = argv;
	return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}
