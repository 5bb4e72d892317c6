/* SPDX-License-Identifier: MIT */
/*
 * The text in which functions are handed over: each range comes with its function to who asks for
 * its module; what is wrong in it is nothing.
 *
 * shows: PL-795
 */
#define _GNU_SOURCE
#include "reaction/hot_handed.h"

#include "child.h"

static char seen[256];

static void note(const char *name, uint64_t start, uint64_t end, void *argument)
{
	size_t length = strlen(seen);

	CHECK(argument == seen);
	snprintf(seen + length, sizeof(seen) - length, "%s %lx %lx;", name, (unsigned long)start,
		 (unsigned long)end);
}

/* The functions of the module with the build-id 0bad in a text. */
static bool gives(const char *text, const char *wanted)
{
	static const unsigned char id[] = {0x0b, 0xad};

	seen[0] = '\0';
	pl_hot_handed_take(text);
	pl_hot_handed_each(id, sizeof(id), note, seen);
	return strcmp(seen, wanted) == 0;
}

/* A process takes the text once, so each text gets a child of its own. */
CHILD_TEST(each_range_comes_with_its_function_to_its_module)
{
	CHECK(gives("m0bad\nfa b\nr10-20\nr30-40\nfc\nr50-60\n"
		    "m0bae\nfother\nr1-2\nm0bad\nfd\nrff-100\n",
		    "a b 10 20;a b 30 40;c 50 60;d ff 100;"));
}

CHILD_TEST(what_is_not_set_is_nothing)
{
	CHECK(gives(NULL, ""));
}

CHILD_TEST(what_is_empty_is_nothing)
{
	CHECK(gives("", ""));
}

CHILD_TEST(what_is_too_long_is_nothing)
{
	static char text[PL_HOT_HANDED_MAX + 2] = "m0bad\nfa\nr10-20\n";

	memset(text + strlen(text), 'x', sizeof(text) - 1 - strlen(text));
	CHECK(gives(text, ""));
}

CHILD_TEST(lines_that_are_wrong_are_nothing)
{
	static const char text[] =
		"r1-2\nfa\nr1-2\nm0bad\nr1-2\nfa\nr\nr-\nr1\nr1-\nr-2\nr2-1\nr1-1\nr1-2x\nrx-2\n"
		"r1-10000000000000000\nx\nr3-4\nm\nr1-2\nm0b\nfa\nr1-2\nm0bad0\nfa\nr1-2\n"
		"m0badd\nfa\nr1-2\nm0bag\nfa\nr1-2\nm0BAD\nfa\nr1-2\nm0bad\nfb\nr5-6";

	CHECK(gives(text, "a 3 4;b 5 6;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_range_comes_with_its_function_to_its_module),
		cmocka_unit_test(what_is_not_set_is_nothing),
		cmocka_unit_test(what_is_empty_is_nothing),
		cmocka_unit_test(what_is_too_long_is_nothing),
		cmocka_unit_test(lines_that_are_wrong_are_nothing),
	};

	return cmocka_run_group_tests_name("hot_handed", tests, NULL, NULL);
}
