/* SPDX-License-Identifier: MIT */
/*
 * Advice for call stacks that are made by hand from addresses in the real libc. The calls cannot be
 * read here, so the frames name the function.
 *
 * shows: PL-180
 */
#define _GNU_SOURCE
#include "report/advice.h"

#include "common/format.h"
#include "unit.h"

#include <dlfcn.h>
#include <string.h>

static char buffer[512];

/* A return address in a function of libc, or of libstdc++. */
static const void *in(const char *library, const char *function)
{
	void *handle = dlopen(library, RTLD_LAZY);
	const char *address = handle != NULL ? dlsym(handle, function) : NULL;

	assert_non_null(address);
	return address + 1;
}

static const void *in_libc(const char *function)
{
	return in("libc.so.6", function);
}

static const void *in_program(void)
{
	return (const char *)(uintptr_t)in_libc + 1;
}

static const char *advice(const void *const *frames, unsigned count)
{
	struct pl_text text = pl_text_in(buffer, sizeof(buffer));
	bool known = pl_advice(frames, count, &text);

	assert_int_equal(known, text.length > 0);
	return known ? buffer : NULL;
}

TEST(advice_is_for_the_outermost_function_of_libc)
{
	const void *const frames[] = {in_libc("strdup"), in_libc("setlocale"), in_program()};

	assert_string_equal(advice(frames, 3), "setlocale allocates when it is given a name; "
					       "set the locale before the lock");
	assert_string_equal(advice(frames, 2), "setlocale allocates when it is given a name; "
					       "set the locale before the lock");
	assert_string_equal(advice(frames, 1), "strdup allocates at every call; copy into a buffer "
					       "that was taken before the lock");
}

TEST(request_for_a_stream_s_buffer_has_the_advice_for_that)
{
	const void *const buffer_of[] = {in_libc("_IO_file_doallocate"), in_libc("_IO_doallocbuf"),
					 in_libc("getdelim"), in_program()};

	assert_non_null(strstr(advice(buffer_of, 4), "getdelim allocates at the first use of a "
						     "stream; give the stream a buffer"));
	assert_non_null(strstr(advice(buffer_of + 2, 2), "getdelim allocates when the line is "
							 "longer"));
}

TEST(functions_behind_the_program_are_not_asked)
{
	const void *const frames[] = {in_libc("strdup"), in_program(), in_libc("qsort")};

	assert_string_equal(advice(frames, 3), "strdup allocates at every call; copy into a buffer "
					       "that was taken before the lock");
}

TEST(requests_of_the_program_itself_and_functions_that_are_not_known_have_none)
{
	const void *const own[] = {in_program(), in_libc("strdup")};
	const void *const unknown[] = {in_libc("getppid"), in_program()};
	const void *const nowhere[] = {(void *)1, in_libc("strdup")};

	assert_null(advice(own, 2));
	assert_null(advice(unknown, 2));
	assert_null(advice(nowhere, 2));
	assert_null(advice(own, 0));
}

TEST(families_of_cxx_are_known_by_the_beginnings_of_their_names)
{
	const void *const frames[] = {in("libstdc++.so.6", "_ZNSsC1EPKcRKSaIcE"), in_program()};

	assert_string_equal(advice(frames, 2),
			    "std::string allocates for more than 15 characters, or beyond the "
			    "capacity; reserve() before the lock, or use std::string_view, or "
			    "std::pmr::string over a buffer");
}

TEST(table_is_sorted_and_each_function_stands_there_once)
{
	assert_true(pl_advice_count > 50);
	for (size_t i = 1; i < pl_advice_count; i++)
		assert_true(strcmp(pl_advice_table[i - 1].function, pl_advice_table[i].function) <
				    0 ||
			    (strcmp(pl_advice_table[i - 1].function, pl_advice_table[i].function) ==
				     0 &&
			     pl_advice_table[i - 1].of_stream && !pl_advice_table[i].of_stream));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advice_is_for_the_outermost_function_of_libc),
		cmocka_unit_test(request_for_a_stream_s_buffer_has_the_advice_for_that),
		cmocka_unit_test(functions_behind_the_program_are_not_asked),
		cmocka_unit_test(
			requests_of_the_program_itself_and_functions_that_are_not_known_have_none),
		cmocka_unit_test(families_of_cxx_are_known_by_the_beginnings_of_their_names),
		cmocka_unit_test(table_is_sorted_and_each_function_stands_there_once),
	};

	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
