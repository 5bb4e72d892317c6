/* SPDX-License-Identifier: MIT */
/*
 * Words that are replaced together: a signal handler at each instruction of a writer reads them
 * whole, and a reader that a writer interrupts at any instruction reads them whole too.
 *
 * shows: PL-711
 */
#define _GNU_SOURCE
#include "common/generation.h"

#include "child.h"
#include "stepping.h"

#define COUNT 3

static pl_generation words[PL_GENERATION_SIZE(COUNT)];
/* volatile: glibc declares that raise() does not call back into this file. */
static volatile unsigned steps, torn, older, newer;
static uint64_t first; /* the generation that the handler finds at the beginning */

static void write_all(uint64_t value)
{
	const uint64_t all[COUNT] = {value, value, value};

	pl_generation_write(words, all, COUNT);
}

/* Returns the value that all words have; counts the words that differ. */
static uint64_t read_all(uint64_t *number)
{
	uint64_t all[COUNT];

	*number = pl_generation_read(words, all, COUNT);
	torn += all[0] != all[1] || all[1] != all[2];
	return all[0];
}

TEST(zeroed_memory_is_generation_0)
{
	uint64_t number;

	assert_int_equal(read_all(&number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(pl_generation_number(words), 0);
}

TEST(what_is_written_is_read_with_the_number_of_its_generation)
{
	uint64_t number;

	for (uint64_t i = 1; i < 5; i++) {
		write_all(10 * i);
		assert_int_equal(read_all(&number), 10 * i);
		assert_int_equal(number, i);
	}
	assert_int_equal(torn, 0);
}

/* ---- signal handlers ------------------------------------------------------------------------- */

static void read_at_step(uintptr_t instruction)
{
	uint64_t number, value = read_all(&number);

	(void)instruction;
	older += value == 1 && number == first;
	newer += value == 2 && number == first + 1;
	steps++;
}

static void read_at_each_instruction(void)
{
	CHECK(stepping_prepare(read_at_step));
	write_all(1);
	first = pl_generation_number(words);
	stepping_begin();
	write_all(2);
	stepping_end();
	CHECK_EQUAL(torn, 0);
	CHECK_EQUAL(older + newer, steps);
	CHECK(older > 10 && newer > 0);
}

TEST(handler_reads_whole_words_at_each_instruction_of_a_writer)
{
	if (THREAD_SANITIZED)
		skip();
	child_passes(read_at_each_instruction);
}

static unsigned step_to_write_at;

/* Twice, so that the copy that is being read is replaced. */
static void write_at_step(uintptr_t instruction)
{
	(void)instruction;
	if (steps++ != step_to_write_at)
		return;
	write_all(2);
	write_all(3);
}

static void write_at_each_instruction(void)
{
	CHECK(stepping_prepare(write_at_step));
	do {
		uint64_t number, value;

		write_all(1);
		write_all(1);
		steps = 0;
		stepping_begin();
		value = read_all(&number);
		stepping_end();
		CHECK_EQUAL(torn, 0);
		CHECK(value == 1 || value == 3);
		step_to_write_at++;
	} while (step_to_write_at <= steps);
	CHECK(step_to_write_at > 10);
}

TEST(reader_that_is_interrupted_at_any_instruction_reads_whole_words)
{
	if (THREAD_SANITIZED)
		skip();
	child_passes(write_at_each_instruction);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_memory_is_generation_0),
		cmocka_unit_test(what_is_written_is_read_with_the_number_of_its_generation),
		cmocka_unit_test(handler_reads_whole_words_at_each_instruction_of_a_writer),
		cmocka_unit_test(reader_that_is_interrupted_at_any_instruction_reads_whole_words),
	};

	return cmocka_run_group_tests_name("generation", tests, NULL, NULL);
}
