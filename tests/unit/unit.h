/* SPDX-License-Identifier: MIT */
/*
 * What every unit test includes: CMocka, tests named by sentences, failures that name table rows.
 */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TEST(name) static void name(void **state __attribute__((unused)))

/* ThreadSanitizer forbids a few correct things; the uses of this say which. */
#ifdef __SANITIZE_THREAD__
#define THREAD_SANITIZED true
#else
#define THREAD_SANITIZED false
#endif

/* AddressSanitizer stands between a thread and its function. */
#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SANITIZED true
#else
#define ADDRESS_SANITIZED false
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * EACH_ROW(i, array) { ... } loops over the indexes of a table. If an assertion in it fails, the
 * end of the test names the rows at which it failed. Each thread has its own rows. Use a plain loop
 * where the loop is left in the middle: its rows would be named after a test that passed.
 */
#define UNIT_ROWS_MAX 4

struct unit_row {
	const char *array;
	size_t index;
};

static _Thread_local struct unit_row unit_rows[UNIT_ROWS_MAX];
static _Thread_local size_t unit_depth;

static inline size_t unit_row_begin(const char *array)
{
	size_t depth = unit_depth < UNIT_ROWS_MAX ? unit_depth : UNIT_ROWS_MAX - 1;

	unit_rows[depth].array = array;
	return depth;
}

static inline bool unit_row_is(size_t depth, size_t index, size_t count)
{
	unit_rows[depth].index = index;
	unit_depth = index < count ? depth + 1 : depth;
	return index < count;
}

#define EACH_ROW(i, array)                                                                         \
	for (size_t i = 0, i##_depth = unit_row_begin(#array);                                     \
	     unit_row_is(i##_depth, i, COUNT_OF(array)); i++)

static inline void unit_rows_tell(void)
{
	for (size_t i = 0; i < unit_depth; i++)
		if (unit_rows[i].array != NULL)
			fprintf(stderr, "at row %zu of %s\n", unit_rows[i].index,
				unit_rows[i].array);
	unit_depth = 0;
}

/* CMocka runs this after each test, passed or failed. */
static inline int unit_end(void **state __attribute__((unused)))
{
	unit_rows_tell();
	return 0;
}

#undef cmocka_unit_test
#define cmocka_unit_test(function) cmocka_unit_test_teardown(function, unit_end)
#undef cmocka_unit_test_setup
#define cmocka_unit_test_setup(function, setup)                                                    \
	cmocka_unit_test_setup_teardown(function, setup, unit_end)

#endif
