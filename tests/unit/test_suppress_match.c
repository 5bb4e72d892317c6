/* SPDX-License-Identifier: MIT */
/*
 * Which requests a pattern matches. A double places the frames, so each stack is what its row says:
 * a letter is a frame, the innermost first.
 *
 * shows: PL-173 PL-581
 */
#define _GNU_SOURCE
#include "common/suppress.h"

#include "common/runtime.h"
#include "stack/module.h"
#include "unit.h"

#include <string.h>

#include <phaselock/phaselock.h>

/*
 * ---- the double of lib/stack/module.c
 * --------------------------------------------------------------
 */

static unsigned looked_up;

static const struct {
	char letter;
	struct pl_place place;
} known[] = {
	{'c', {.module = "libc.so.6", .path = "/lib/libc.so.6", .function = "strdup"}},
	{'+', {.module = "libstdc++.so.6", .path = "/lib/libstdc++.so.6", .function = "_Znwm"}},
	{'p', {.module = "libpng16.so.16", .path = "/lib/libpng16.so.16", .function = "png_read"}},
	{'v', {.module = "plugin.so", .path = "/opt/vendor/plugin.so", .function = NULL}},
	{'m', {.module = "app", .path = "/usr/bin/app", .function = "main"}},
	{'k', {.module = "app", .path = "/usr/bin/app", .function = "copy_of.constprop.0.cold"}},
	{'g', {.module = "app", .path = "/usr/bin/app", .function = "main.copy"}},
	{'j', {.module = NULL, .path = NULL, .function = NULL}},
};

void pl_module_find(const void *address, struct pl_place *place)
{
	looked_up++;
	EACH_ROW(i, known)
		if ((uintptr_t)address == (uintptr_t)known[i].letter)
			*place = known[i].place;
}

bool pl_runtime_is_library(const char *file_name)
{
	return file_name != NULL &&
	       (strcmp(file_name, "libc.so.6") == 0 || strcmp(file_name, "libstdc++.so.6") == 0);
}

/* ---- the tests ------------------------------------------------------------------------------- */

static int match(const char *text, const char *stack)
{
	const void *frames[64];
	unsigned count = (unsigned)strlen(stack);
	char buffer[256];
	struct pl_text errors = pl_text_in(buffer, sizeof(buffer));

	for (unsigned i = 0; i < count; i++)
		frames[i] = (const void *)(uintptr_t)stack[i];
	assert_int_equal(pl_suppress_parse(text, strlen(text), "supp.txt", &errors), 0);
	return pl_suppress_match(frames, count);
}

TEST(each_kind_matches_what_it_is_for_and_nothing_else)
{
	static const struct {
		const char *pattern, *stack;
		bool wanted;
	} cases[] = {
		/* function: any of the origin, and no further. */
		{"function:png_*", "pm", true},
		{"function:png_*", "cpm", true},
		{"function:strdup", "cpm", true},
		{"function:strdup", "c+cpm", true},
		{"function:_Znwm", "c+cpm", true},
		{"function:main", "pm", false},
		{"function:main", "cpm", false},
		{"function:main", "cm", true},
		{"function:png_*", "mp", false},
		{"function:png_*", "jp", false},
		{"function:png_*", "cjp", false},
		{"function:*", "v", false},
		{"function:*", "j", false},
		{"function:libpng*", "pm", false},
		{"function:strdup", "pcm", false}, /* a callback of libc's, further out */
		/* What a compiler appended may be left out, and need not be. */
		{"function:copy_of", "ckm", true},
		{"function:copy*f", "km", true},
		{"function:copy_of.constprop.?.cold", "km", true},
		{"function:copy_of*", "km", true},
		{"function:copy", "km", false},
		{"function:copy_of.constprop", "km", false},
		{"function:main", "g", false},
		{"stack:copy_of", "cmk", true},
		{"module:copy_of", "km", false},
		/* module: by the file name, or with a slash by the whole path. */
		{"module:libpng*", "pm", true},
		{"module:libpng16.so", "pm", false},
		{"module:libpng*", "cpm", true},
		{"module:libc.so*", "cpm", true},
		{"module:app", "cpm", false},
		{"module:plugin.so", "vm", true},
		{"module:/opt/vendor/*", "vm", true},
		{"module:/opt/vendor/*", "cvm", true},
		{"module:/opt/*", "mv", false},
		{"module:*/plugin.so", "vm", true},
		{"module:vendor*", "vm", false},
		{"module:png_read", "pm", false},
		{"module:*", "j", false},
		{"module:*", "jm", false},
		/* stack: any name of any frame. */
		{"stack:main", "cpm", true},
		{"stack:app", "cpm", true},
		{"stack:/usr/bin/*", "cpm", true},
		{"stack:plugin.so", "cmpv", true},
		{"stack:/opt/vendor/plugin.so", "mmmmv", true},
		{"stack:png_read", "jp", true},
		{"stack:*", "jj", false},
		{"stack:other*", "cpmv", false},
		/* No frame at all. */
		{"stack:*", "", false},
		{"module:*", "", false},
		/* A stack that ends within the run-time libraries is all origin. */
		{"module:libc*", "c+", true},
		{"module:libstdc*", "c+", true},
	};

	EACH_ROW(i, cases)
		if (match(cases[i].pattern, cases[i].stack) != (cases[i].wanted ? 0 : -1))
			fail_msg("%s on %s", cases[i].pattern, cases[i].stack);
}

TEST(first_pattern_of_the_file_that_matches_is_the_one)
{
	assert_int_equal(match("stack:none\nstack:main\nfunction:png_*", "pm"), 1);
	assert_int_equal(match("stack:none\nfunction:png_*\nstack:main", "pm"), 1);
	assert_int_equal(match("stack:none\nstack:nothing", "pm"), -1);
}

TEST(without_patterns_no_name_is_looked_up)
{
	looked_up = 0;
	assert_int_equal(match("", "cpm"), -1);
	assert_int_equal(looked_up, 0);
}

TEST(frames_beyond_the_most_that_are_recorded_are_not_looked_at)
{
	char stack[40] = "";

	memset(stack, 'm', 39);
	stack[PHASELOCK_FRAMES_MAX - 1] = 'p';
	assert_int_equal(match("stack:png_read", stack), 0);
	stack[PHASELOCK_FRAMES_MAX - 1] = 'm';
	stack[PHASELOCK_FRAMES_MAX] = 'p';
	assert_int_equal(match("stack:png_read", stack), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_matches_what_it_is_for_and_nothing_else),
		cmocka_unit_test(first_pattern_of_the_file_that_matches_is_the_one),
		cmocka_unit_test(without_patterns_no_name_is_looked_up),
		cmocka_unit_test(frames_beyond_the_most_that_are_recorded_are_not_looked_at),
	};

	return cmocka_run_group_tests_name("suppress_match", tests, NULL, NULL);
}
