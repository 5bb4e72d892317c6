/* SPDX-License-Identifier: MIT */
/*
 * The file of suppressions=. Whatever stands in it: no more patterns than there may be, each one a
 * valid pattern of a line that is there, and matching ends.
 */
#include "fuzz.h"
#include "common/glob.h"
#include "common/suppress.h"

static void check_pattern(const struct pl_suppress_pattern *pattern, unsigned lines)
{
	static const char *const names[] = {"",
					    "malloc",
					    "_ZN3std6vectorIiE9push_backEi",
					    "libstdc++.so.6",
					    "/usr/lib/libcurl.so.4",
					    "aaaaaaaaaaaaaaaaaaaaaaaa"};

	CHECK(pl_glob_is_valid(pattern->glob) && pattern->line >= 1 && pattern->line <= lines);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i]);

		CHECK(pl_glob_matches(pattern->glob, names[i]) ==
		      pl_glob_matches_start(pattern->glob, names[i], length));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	size_t room = (size_t)input_byte(&input) * 16 + 1, length = input.left;
	char *memory = malloc(room), *tellings = malloc(room), *text = (char *)input_bytes(&input);
	struct pl_text errors = pl_text_in(memory, room), told = pl_text_in(tellings, room);
	const void *frames[] = {__builtin_return_address(0), (const void *)(uintptr_t)&malloc};
	unsigned lines = 1, count = 0;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	pl_suppress_parse(text, length, "a file", &errors);
	CHECK(errors.length < room && memory[errors.length] == '\0');
	for (; pl_suppress_pattern(count) != NULL; count++)
		check_pattern(pl_suppress_pattern(count), lines);
	CHECK(count <= PL_SUPPRESS_PATTERNS_MAX);
	CHECK(pl_suppress_match(frames, 2) < (int)count);
	for (unsigned i = 0; i < count; i++)
		pl_suppress_tell(i, true, &told);
	free(text);
	free(tellings);
	free(memory);
	return 0;
}
