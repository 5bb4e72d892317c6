/* SPDX-License-Identifier: MIT */
/*
 * Questions and answers as messages: what is written is read back the same; what is no message, or
 * a damaged one, is refused or read within its bounds.
 *
 * shows: PL-642 (an answer that is none is refused)
 */
#define _GNU_SOURCE
#include "question.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const struct answer full = {
	.state = MODULE_HERE,
	.count = 2,
	.functions = {{"trim", "/src/trim.c", 7}, {NULL, NULL, 0}},
	.symbol = "parse",
	.symbol_offset = UINT64_MAX,
	.demangled = "f(int)",
	.listed = "ma0\nftrim\nr1-2\n",
	.is_list_cut = true,
};

/* In a block of its own size, so that a sanitizer sees each byte that is read behind it. */
static bool is_read(const char *message, size_t length, struct answer *answer, char **copy)
{
	*copy = malloc(length > 0 ? length : 1);
	assert_non_null(*copy);
	memcpy(*copy, message, length);
	return answer_read(*copy, length, answer);
}

/* All that a reader of the answer would look at. */
static size_t length_of(const struct answer *answer)
{
	size_t length = answer->symbol != NULL ? strlen(answer->symbol) : 0;

	length += answer->demangled != NULL ? strlen(answer->demangled) : 0;
	for (size_t i = 0; i < answer->count; i++) {
		const struct answer_function *function = &answer->functions[i];

		length += function->name != NULL ? strlen(function->name) : 0;
		length += function->file != NULL ? strlen(function->file) : 0;
	}
	return length;
}

TEST(question_is_read_as_it_was_written)
{
	static const char *const build_ids[] = {NULL, "", "aa"};
	static char message[QUESTION_SIZE];

	EACH_ROW(i, build_ids) {
		struct question asked = {"/here", build_ids[i], 0x10, "_Z1fi", "a*:b"}, seen;
		size_t length = question_write(&asked, message);

		assert_true(question_read(message, length, &seen));
		assert_string_equal(seen.path, "/here");
		assert_string_equal(seen.function, "_Z1fi");
		assert_string_equal(seen.patterns, "a*:b");
		assert_int_equal(seen.offset, 0x10);
		if (build_ids[i] == NULL)
			assert_null(seen.build_id);
		else
			assert_string_equal(seen.build_id, build_ids[i]);
		while (length-- > 0)
			assert_false(question_read(message, length, &seen));
	}
}

TEST(question_without_room_is_not_asked)
{
	static char message[QUESTION_SIZE], path[QUESTION_SIZE];
	struct question question = {path, NULL, 1, "", ""};

	memset(path, 'p', sizeof(path) - 1);
	assert_int_equal(question_write(&question, message), 0);
	path[QUESTION_SIZE / 2] = '\0';
	assert_true(question_write(&question, message) > 0);
}

TEST(answer_is_read_as_it_was_written)
{
	static char message[ANSWER_SIZE];
	struct answer seen;

	assert_true(answer_read(message, answer_write(&full, message), &seen));
	assert_int_equal(seen.state, MODULE_HERE);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.functions[0].name, "trim");
	assert_string_equal(seen.functions[0].file, "/src/trim.c");
	assert_int_equal(seen.functions[0].line, 7);
	assert_null(seen.functions[1].name);
	assert_null(seen.functions[1].file);
	assert_string_equal(seen.symbol, "parse");
	assert_true(seen.symbol_offset == UINT64_MAX);
	assert_string_equal(seen.demangled, "f(int)");
	assert_string_equal(seen.listed, "ma0\nftrim\nr1-2\n");
	assert_true(seen.is_list_cut);
}

TEST(answer_leaves_out_what_has_no_room)
{
	static char message[ANSWER_SIZE], name[ANSWER_SIZE];
	struct answer answer = full, seen;

	memset(name, 'n', sizeof(name) - 1);
	answer.functions[1].file = name;
	assert_true(answer_read(message, answer_write(&answer, message), &seen));
	assert_int_equal(seen.count, 0);
	assert_string_equal(seen.symbol, "parse");
	answer.symbol = name;
	assert_true(answer_read(message, answer_write(&answer, message), &seen));
	assert_null(seen.symbol);
	assert_string_equal(seen.demangled, "f(int)");
	assert_null(seen.listed);
	assert_true(seen.is_list_cut);
}

TEST(part_of_an_answer_and_more_than_one_is_refused)
{
	static char message[ANSWER_SIZE];
	size_t length = answer_write(&full, message);
	struct answer seen;
	char *copy;

	for (size_t part = 0; part < length; part++) {
		assert_false(is_read(message, part, &seen, &copy));
		free(copy);
	}
	assert_false(is_read(message, length + 1, &seen, &copy));
	free(copy);
}

TEST(damaged_answer_is_refused_or_within_its_bounds)
{
	static char message[ANSWER_SIZE], damaged[ANSWER_SIZE];
	size_t length = answer_write(&full, message);

	srand(1);
	for (unsigned i = 0; i < 100000; i++) {
		struct answer seen;
		char *copy;

		memcpy(damaged, message, length);
		for (int change = rand() % 4; change >= 0; change--)
			damaged[(size_t)rand() % length] = (char)(rand() % 256);
		if (is_read(damaged, length, &seen, &copy)) {
			assert_true(seen.state <= MODULE_OTHER);
			assert_true(seen.count <= ANSWER_FUNCTIONS);
			assert_true(length_of(&seen) < length);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_is_read_as_it_was_written),
		cmocka_unit_test(question_without_room_is_not_asked),
		cmocka_unit_test(answer_is_read_as_it_was_written),
		cmocka_unit_test(answer_leaves_out_what_has_no_room),
		cmocka_unit_test(part_of_an_answer_and_more_than_one_is_refused),
		cmocka_unit_test(damaged_answer_is_refused_or_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
