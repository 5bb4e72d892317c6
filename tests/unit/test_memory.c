/* SPDX-License-Identifier: MIT */
/*
 * Answers are found by their own question only, and large answers are not kept.
 *
 * shows: PL-642 (an answer is that of its own question)
 */
#define _GNU_SOURCE
#include "memory.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static size_t find(const struct memory *memory, const char *question, char *answer)
{
	return memory_find(memory, question, strlen(question), answer);
}

TEST(question_finds_its_own_answer_or_none)
{
	struct memory memory = {{0}};
	char question[32], answer[32];
	size_t found = 0;

	for (unsigned i = 0; i < 5000; i++) {
		int length = snprintf(question, sizeof(question), "question %u", i);

		assert_int_equal(find(&memory, question, answer), 0);
		memory_keep(&memory, question, (size_t)length, question + 9, (size_t)length - 9);
		assert_int_equal(find(&memory, question, answer), length - 9);
	}
	for (unsigned i = 0; i < 5000; i++) {
		int length = snprintf(question, sizeof(question), "question %u", i);
		size_t kept = find(&memory, question, answer);

		assert_true(kept == 0 || kept == (size_t)length - 9);
		assert_memory_equal(answer, question + 9, kept);
		found += kept > 0;
	}
	assert_in_range(found, MEMORY_SLOTS / 2, MEMORY_SLOTS);
	memory_forget(&memory);
}

TEST(newer_answer_takes_the_place_of_an_older_one)
{
	struct memory memory = {{0}};
	char answer[8];

	memory_keep(&memory, "q", 1, "old", 3);
	memory_keep(&memory, "q", 1, "new!", 4);
	assert_int_equal(find(&memory, "q", answer), 4);
	assert_memory_equal(answer, "new!", 4);
	memory_forget(&memory);
}

TEST(large_answer_is_not_kept)
{
	static char large[5000];
	struct memory memory = {{0}};

	memory_keep(&memory, "q", 1, large, sizeof(large));
	assert_int_equal(find(&memory, "q", large), 0);
	memory_forget(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_finds_its_own_answer_or_none),
		cmocka_unit_test(newer_answer_takes_the_place_of_an_older_one),
		cmocka_unit_test(large_answer_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
