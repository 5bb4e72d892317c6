/* SPDX-License-Identifier: MIT */
/**
 * CMocka tests that assert what code does to the heap. Include it instead of, or after, <cmocka.h>,
 * and link with -lphaselock-test -lphaselock -lcmocka.
 *
 *	static void headers_are_parsed_without_the_heap(void **state)
 *	{
 *		assert_no_allocations {
 *			parse_headers(*state, request, sizeof(request));
 *		}
 *	}
 *
 * The assertions are those of <phaselock/assert.h>, which says what each means, with names in
 * CMocka's style. One that does not hold prints the call stacks and fails its test, through
 * CMocka's own failure, at the line of the assertion; the next test runs. If the library is not
 * armed, each assertion fails and says why. If you define PHASELOCK_SKIP_IF_ABSENT before the
 * include, it skips its test instead.
 *
 * cmocka_run_group_tests() and cmocka_run_group_tests_name() are CMocka's, with a frame around each
 * test:
 * - CMocka's own requests (will_return, expect_*, failing asserts) are permitted, if CMocka is a
 *   shared library;
 * - what a failed test left open is closed;
 * - a test that leaves the heap locked or a scope open is an error, which names the test.
 */
#ifndef PHASELOCK_CMOCKA_H
#define PHASELOCK_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Before CMocka's header, which makes macros of malloc() and free() if UNIT_TESTING is defined. */
#include <stdlib.h>
#include <string.h>

/* Its header is not prepared for C++. */
#ifdef __cplusplus
extern "C" {
#endif
#include <cmocka.h>
#ifdef __cplusplus
}
#endif

#include <phaselock/assert.h>

#define assert_no_allocations PHASELOCK_ASSERT_NO_ALLOCATIONS
#define assert_max_allocations(n) PHASELOCK_ASSERT_MAX_ALLOCATIONS(n)
#define assert_exact_allocations(n) PHASELOCK_ASSERT_EXACT_ALLOCATIONS(n)
#define assert_max_bytes(n) PHASELOCK_ASSERT_MAX_BYTES(n)
#define assert_no_leak PHASELOCK_ASSERT_NO_LEAK
#define assert_no_deallocations PHASELOCK_ASSERT_NO_DEALLOCATIONS
#define assert_allocates PHASELOCK_ASSERT_ALLOCATES
#define assert_no_allocations_anywhere PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE
#define assert_max_allocations_anywhere(n) PHASELOCK_ASSERT_MAX_ALLOCATIONS_ANYWHERE(n)
#define assert_exact_allocations_anywhere(n) PHASELOCK_ASSERT_EXACT_ALLOCATIONS_ANYWHERE(n)
#define assert_max_bytes_anywhere(n) PHASELOCK_ASSERT_MAX_BYTES_ANYWHERE(n)
#define assert_no_leak_anywhere PHASELOCK_ASSERT_NO_LEAK_ANYWHERE
#define assert_no_deallocations_anywhere PHASELOCK_ASSERT_NO_DEALLOCATIONS_ANYWHERE
#define assert_allocates_anywhere PHASELOCK_ASSERT_ALLOCATES_ANYWHERE
#define assert_violation PHASELOCK_ASSERT_VIOLATION
#define assert_violation_of(function, size, site)                                                  \
	PHASELOCK_ASSERT_VIOLATION_OF(function, size, site)
#define assert_aborts_on_allocation PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION
#define assert_aborts_on_allocation_of(function, size, site)                                       \
	PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION_OF(function, size, site)
#define assert_survives_failures(function, context)                                                \
	PHASELOCK_ASSERT_SURVIVES_FAILURES(function, context)

/*
 * Adds to CMocka's message of the failure, which its TAP, XML and subunit outputs carry. A CMocka
 * without this function gets the text on stderr.
 */
#ifdef __cplusplus
extern "C"
#endif
	void
	cm_print_error(const char *const format, ...) __attribute__((weak, format(printf, 1, 2)));

/*
 * Prints line by line, because CMocka cuts long texts. Its XML puts the text into a CDATA section,
 * which must not contain "]]>" or control characters.
 */
static inline void phaselock_cmocka_print_(const char *text)
{
	unsigned brackets = 0; /* just before this character; possibly printed already */

	while (*text != '\0') {
		char line[1000];
		size_t length = 0;

		while (*text != '\0' && length < sizeof(line) - 2) {
			bool is_control =
				((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') ||
				*text == 127;

			if (*text == '>' && brackets >= 2)
				line[length++] = ' ';
			brackets = *text == ']' ? brackets + 1 : 0;
			line[length++] = is_control ? '?' : *text;
			if (*text++ == '\n')
				break;
		}
		if (cm_print_error != NULL)
			cm_print_error("%.*s", (int)length, line);
		else
			print_error("%.*s", (int)length, line);
	}
}

/* All outputs but TAP and XML cut what they print for a failure after some 1,000 characters. */
static inline bool phaselock_cmocka_cuts_(const char *text)
{
	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");

	return strlen(text) > 800 &&
	       (output == NULL || output[0] == '\0' || strchr("tTxX", output[0]) == NULL);
}

/*
 * Prints the whole text to stderr now and only the summary with the failure, so that the place is
 * not cut off. If a failure and its place have more than 1,023 bytes, CMocka prints memory beyond
 * its buffer.
 */
static inline void phaselock_cmocka_print_long_(const char *text)
{
	int summary = (int)strcspn(text, "\n");

	cm_print_error("%.*s\n", summary < 600 ? summary : 600, text);
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		if (length > 1000)
			length = 1000;
		print_error("%.*s", (int)length, text);
		text += length;
	}
}

static inline void phaselock_cmocka_failed_(const struct phaselock_check_report *report,
					    void *context)
{
	(void)context;
	if (report->result == PHASELOCK_CHECK_SKIPPED) {
		print_message("%s:%d: %s", report->spec->file, report->spec->line, report->message);
		_skip(report->spec->file, report->spec->line);
	}
	if (cm_print_error != NULL && phaselock_cmocka_cuts_(report->message))
		phaselock_cmocka_print_long_(report->message);
	else
		phaselock_cmocka_print_(report->message);
	_fail(report->spec->file, report->spec->line);
}

/*
 * The group that is running.
 *
 * CMocka looks for leftover blocks of test_malloc() after each test, and in the group's teardown.
 * If a test has a setup, it looks again in the test's teardown, and blocks that it finds there make
 * an error, not a failure. So nothing is added that would look twice: no setup, no teardown to a
 * test with a setup, no teardown to the group.
 */
struct phaselock_cmocka_group_ {
	CMFixtureFunction setup, teardown;
	void *state;
	const struct CMUnitTest *tests; /* as the program gave them */
	struct CMUnitTest *framed;	/* as CMocka gets them */
	const struct CMUnitTest *test;	/* the one that runs */
	bool returned;			/* the test neither failed nor was skipped */
};

static struct phaselock_cmocka_group_ phaselock_cmocka_group_ __attribute__((unused));

/* CMocka prefers a group's state to a test's, so it is not told the group's. */
static inline int phaselock_cmocka_group_setup_(void **state)
{
	(void)state;
	return phaselock_cmocka_group_.setup(&phaselock_cmocka_group_.state);
}

static inline int phaselock_cmocka_group_teardown_(void **state)
{
	(void)state;
	return phaselock_cmocka_group_.teardown(&phaselock_cmocka_group_.state);
}

/* For a test without a teardown that failed or was skipped: CMocka has already told its result. */
static inline void phaselock_cmocka_end_open_(void)
{
	if (!phaselock_test_end())
		print_error("%s %s\n", phaselock_cmocka_group_.test->name, phaselock_test_fault());
}

static inline void phaselock_cmocka_begin_(void **state)
{
	const struct CMUnitTest *test = (const struct CMUnitTest *)*state;

	phaselock_cmocka_end_open_();
	phaselock_cmocka_group_.test = test;
	phaselock_cmocka_group_.returned = false;
	*state = phaselock_cmocka_group_.state != NULL ? phaselock_cmocka_group_.state
						       : test->initial_state;
	phaselock_on_failure(phaselock_cmocka_failed_, NULL);
	phaselock_checks_ignore("libcmocka.so", "_test_");
	phaselock_test_begin(test->name);
}

static inline int phaselock_cmocka_setup_(void **state)
{
	phaselock_cmocka_begin_(state);
	return phaselock_cmocka_group_.test->setup_func(state);
}

static inline int phaselock_cmocka_say_fault_(void **state)
{
	(void)state;
	if (!phaselock_cmocka_group_.returned) /* then the message of its failure precedes */
		phaselock_cmocka_print_("\n");
	phaselock_cmocka_print_(phaselock_cmocka_group_.test->name);
	phaselock_cmocka_print_(" ");
	phaselock_cmocka_print_(phaselock_test_fault());
	phaselock_cmocka_print_("\n");
	return -1;
}

static inline int phaselock_cmocka_teardown_(void **state)
{
	const struct CMUnitTest *test = phaselock_cmocka_group_.test;
	bool closed = phaselock_test_end();
	int result = test->teardown_func != NULL ? test->teardown_func(state) : 0;

	return closed ? result : phaselock_cmocka_say_fault_(state);
}

/* The end of a test after which CMocka runs no teardown, unless there is a fault to tell. */
static inline void phaselock_cmocka_end_(void)
{
	const struct phaselock_cmocka_group_ *group = &phaselock_cmocka_group_;

	if (!phaselock_test_end())
		group->framed[group->test - group->tests].teardown_func =
			phaselock_cmocka_say_fault_;
}

static inline void phaselock_cmocka_test_(void **state)
{
	const struct CMUnitTest *test = phaselock_cmocka_group_.test;

	if (test->test_func != NULL) /* it may have fixtures only */
		test->test_func(state);
	phaselock_test_returned();
	phaselock_cmocka_group_.returned = true;
	if (test->setup_func != NULL && test->teardown_func == NULL)
		phaselock_cmocka_end_();
}

static inline void phaselock_cmocka_test_without_setup_(void **state)
{
	phaselock_cmocka_begin_(state);
	phaselock_cmocka_test_(state);
}

static inline struct CMUnitTest phaselock_cmocka_framed_(const struct CMUnitTest *test)
{
	struct CMUnitTest framed = *test;

	framed.initial_state = (void *)(uintptr_t)test;
	framed.test_func = phaselock_cmocka_test_without_setup_;
	framed.teardown_func = phaselock_cmocka_teardown_;
	if (test->setup_func == NULL)
		return framed;
	framed.test_func = phaselock_cmocka_test_;
	framed.setup_func = phaselock_cmocka_setup_;
	if (test->teardown_func == NULL)
		framed.teardown_func = NULL;
	return framed;
}

static inline int phaselock_cmocka_run_(const char *name, const struct CMUnitTest *tests,
					size_t count, CMFixtureFunction setup,
					CMFixtureFunction teardown)
{
	struct CMUnitTest *framed = (struct CMUnitTest *)calloc(count + 1, sizeof(*framed));
	int failed;

	if (framed == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		framed[i] = phaselock_cmocka_framed_(&tests[i]);
	phaselock_cmocka_group_.setup = setup;
	phaselock_cmocka_group_.teardown = teardown;
	phaselock_cmocka_group_.state = NULL;
	phaselock_cmocka_group_.tests = tests;
	phaselock_cmocka_group_.framed = framed;
	failed = _cmocka_run_group_tests(
		name, framed, count, setup != NULL ? phaselock_cmocka_group_setup_ : NULL,
		teardown != NULL ? phaselock_cmocka_group_teardown_ : NULL);
	phaselock_cmocka_end_open_();
	free(framed);
	return failed;
}

/* CMocka's function ends in a jump to free(), so the mock seems to call free() itself. */
static inline void phaselock_cmocka_function_called_(const char *function, const char *file,
						     int line)
{
	if (phaselock_present())
		phaselock_permit_begin();
	_function_called(function, file, line);
	if (phaselock_present())
		phaselock_permit_end();
}

#undef function_called
#define function_called() phaselock_cmocka_function_called_(__func__, __FILE__, __LINE__)

#undef cmocka_run_group_tests
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
	phaselock_cmocka_run_(#tests, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#undef cmocka_run_group_tests_name
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
	phaselock_cmocka_run_(name, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#endif
