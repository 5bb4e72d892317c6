/* SPDX-License-Identifier: MIT */
/*
 * Remembered rules: a word is of one address alone, whoever writes to its place meanwhile, and a
 * wrong rule never makes a step fault. Steps that are right are compared with libgcc's in
 * test_cfi.c and by the oracle (tests/oracle).
 *
 * shows: PL-191, PL-521
 */
#define _GNU_SOURCE
#include "stack/quick.h"
#include "stack/rules.h"

#include "threads.h"
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((constructor)) static void start(void)
{
	pl_rules_start();
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct pl_code code_of(uint32_t number)
{
	return (struct pl_code){.start = 4096, .size = UINT64_C(1) << 40, .number = number};
}

/* A rule that tells of which address it is. */
static pl_plain rule_of(uint32_t number, uintptr_t address)
{
	uint64_t hash = (address ^ (uint64_t)number << 40) * 0x9e3779b97f4a7c15u;

	return (pl_plain)(hash >> 32) | 1;
}

TEST(rule_is_found_for_its_address_and_code_alone)
{
	const struct pl_code first = code_of(1), second = code_of(2);

	pl_rules_add(&first, 5000, 7);
	assert_int_equal(pl_rules_find(&first, 5000), 7);
	assert_int_equal(pl_rules_find(&first, 5001), 0);
	assert_int_equal(pl_rules_find(&second, 5000), 0);
	pl_rules_add(&first, 5000, 9);
	assert_int_equal(pl_rules_find(&first, 5000), 9);
}

TEST(code_without_a_number_and_far_addresses_are_not_remembered)
{
	const struct pl_code none = code_of(0), code = code_of(3);

	assert_false(pl_rules_takes(&none, 5000));
	assert_true(pl_rules_takes(&code, code.start + UINT32_MAX));
	assert_false(pl_rules_takes(&code, code.start + UINT32_MAX + 1));
}

/* Of any two addresses the places or the rests differ: else one would have the other's rule. */
TEST(key_makes_the_address_again)
{
	uint64_t seed = 1;

	for (unsigned i = 0; i < 1000000; i++) {
		const struct pl_code code = code_of((uint32_t)(next_random(&seed) % 1024));
		uint32_t offset = (uint32_t)next_random(&seed);
		struct pl_rules_key key = pl_rules_key(&code, offset);
		uint32_t spread = (key.rest * 0x9e3779b1u) >> (32 - PL_RULES_BITS);
		uint64_t whole = (uint64_t)key.rest << PL_RULES_BITS |
				 ((key.place ^ spread) & (PL_RULES_PLACES - 1));

		if (whole != ((uint64_t)code.number << 32 | offset))
			fail_msg("code %u, offset %u", code.number, offset);
	}
}

static _Atomic unsigned wrong, right;

/* Addresses enough for three to a place. */
static void use_rules(uint64_t *state)
{
	uint32_t number = 1 + (uint32_t)(next_random(state) % 3);
	const struct pl_code code = code_of(number);
	uintptr_t address = code.start + next_random(state) % (PL_RULES_PLACES / 64);
	pl_plain rule = pl_rules_find(&code, address);

	if (rule == 0)
		pl_rules_add(&code, address, rule_of(number, address));
	else if (rule == rule_of(number, address))
		right++;
	else
		wrong++;
}

static void interrupt(int number)
{
	static _Thread_local uint64_t state = 99;

	(void)number;
	for (int i = 0; i < 10; i++)
		use_rules(&state);
}

static void *keep_using(void *seed)
{
	uint64_t state = (uintptr_t)seed;

	for (int i = 0; i < 1000000; i++)
		use_rules(&state);
	return NULL;
}

TEST(threads_and_handlers_that_write_to_the_same_places_make_no_wrong_rule)
{
	const struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
	const struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
	pthread_t threads[3];

	memset(pl_rules, 0, PL_RULES_PLACES * sizeof(*pl_rules));
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (uintptr_t i = 0; i < COUNT_OF(threads); i++)
		threads[i] = thread_start(keep_using, (void *)(i + 1));
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		thread_end(threads[i]);
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_IGN);
	assert_int_equal(wrong, 0);
	assert_true(right > 100000);
}

TEST(child_of_a_fork_meets_whole_rules)
{
	pthread_t writer;

	if (THREAD_SANITIZED) /* it misses the writer in the child */
		skip();
	writer = thread_start(keep_using, (void *)77);

	for (int i = 0; i < 20; i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			wrong = 0;
			keep_using((void *)(uintptr_t)(i + 1));
			_exit(wrong != 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	thread_end(writer);
}

/* ---- making ---------------------------------------------------------------------------------- */

#define EXPRESSION(...)                                                                            \
	(const uint8_t[])                                                                          \
	{                                                                                          \
		sizeof((const uint8_t[]){__VA_ARGS__}), __VA_ARGS__                                \
	}

static struct pl_cfi_rules plain_rules(void)
{
	struct pl_cfi_rules rules = {.cfa_register = PL_REGISTER_STACK,
				     .cfa_offset = 16,
				     .return_address = PL_REGISTER_RETURN,
				     .is_plain = true};

	rules.where[PL_REGISTER_RETURN] = PL_CFI_SAVED;
	rules.value[PL_REGISTER_RETURN] = -8;
	return rules;
}

TEST(plain_rules_are_packed)
{
	struct pl_cfi_rules rules = plain_rules();

	assert_int_equal(pl_cfi_plain_make(&rules, 0), PL_PLAIN_STACK | 2 << PL_PLAIN_OFFSET_AT);
	rules.cfa_register = PL_REGISTER_BASE;
	rules.where[PL_REGISTER_BASE] = PL_CFI_SAVED;
	rules.value[PL_REGISTER_BASE] = -24;
	rules.where[3] = PL_CFI_SAVED; /* no walk by plain rules needs it */
	assert_int_equal(pl_cfi_plain_make(&rules, 0),
			 PL_PLAIN_BASE | 3 << PL_PLAIN_BASE_AT | 2 << PL_PLAIN_OFFSET_AT);
	rules.where[PL_REGISTER_RETURN] = PL_CFI_NOWHERE;
	assert_int_equal(pl_cfi_plain_make(&rules, 0), PL_PLAIN_END);
}

/* What gcc writes for a frame of its own alignment, assembly for one, and linkers for stubs. */
TEST(expressions_of_realigned_frames_and_stubs_are_packed)
{
	struct pl_cfi_rules rules = plain_rules();
	pl_plain first, second;

	rules.cfa_expression = EXPRESSION(0x76, 0x78, 0x06);
	rules.where[PL_REGISTER_BASE] = PL_CFI_SAVED_AT;
	rules.value[PL_REGISTER_BASE] = (intptr_t)EXPRESSION(0x76, 0x00);
	assert_int_equal(pl_cfi_plain_make(&rules, 0),
			 PL_PLAIN_AT_BASE | PL_PLAIN_BASE_AT_BASE << PL_PLAIN_BASE_AT |
				 0xfffu << PL_PLAIN_OFFSET_AT);
	rules.where[PL_REGISTER_BASE] = PL_CFI_SAME;
	rules.cfa_expression = EXPRESSION(0x77, 0xc0, 0x00, 0x06, 0x23, 0x08);
	assert_int_equal(pl_cfi_plain_make(&rules, 0), PL_PLAIN_AT_STACK |
							       8u << PL_PLAIN_OFFSET_AT |
							       1u << (PL_PLAIN_OFFSET_AT + 12));
	rules.cfa_expression =
		EXPRESSION(0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22);
	first = pl_cfi_plain_make(&rules, 0x1006);
	second = pl_cfi_plain_make(&rules, 0x100b);
	assert_int_equal(first, PL_PLAIN_STACK | 1 << PL_PLAIN_OFFSET_AT);
	assert_int_equal(second, PL_PLAIN_STACK | 2 << PL_PLAIN_OFFSET_AT);
	/* Here it is a matter of whether that is the instruction or the byte before an address. */
	assert_int_equal(pl_cfi_plain_make(&rules, 0x100a), PL_PLAIN_NOT);
	assert_int_equal(pl_cfi_plain_make(&rules, 0x100f), PL_PLAIN_NOT);
}

TEST(other_rules_are_not_plain)
{
	static const struct {
		unsigned number;
		enum pl_cfi_where where;
		int64_t value;
	} others[] = {
		{PL_REGISTER_STACK, PL_CFI_OFFSET, 8},
		{PL_REGISTER_RETURN, PL_CFI_SAVED, -16},
		{PL_REGISTER_RETURN, PL_CFI_REGISTER, 0},
		{PL_REGISTER_BASE, PL_CFI_SAVED, -12},
		{PL_REGISTER_BASE, PL_CFI_SAVED, 8},
		{PL_REGISTER_BASE, PL_CFI_SAVED, -8 * 255},
		{PL_REGISTER_BASE, PL_CFI_SAVED, INT64_MIN},
		{PL_REGISTER_BASE, PL_CFI_REGISTER, 3},
		{PL_REGISTER_BASE, PL_CFI_NOWHERE, 0},
	};
	static const int64_t offsets[] = {-8, 12, INT64_MIN, INT64_MAX, INT64_C(8) << 20};

	EACH_ROW(i, others) {
		struct pl_cfi_rules rules = plain_rules();

		rules.where[others[i].number] = (uint8_t)others[i].where;
		rules.value[others[i].number] = others[i].value;
		assert_int_equal(pl_cfi_plain_make(&rules, 0), PL_PLAIN_NOT);
	}
	EACH_ROW(i, offsets) {
		struct pl_cfi_rules rules = plain_rules();

		rules.cfa_offset = offsets[i];
		assert_int_equal(pl_cfi_plain_make(&rules, 0), PL_PLAIN_NOT);
	}
}

/* ---- applying -------------------------------------------------------------------------------- */

TEST(no_rule_leads_a_step_off_the_stack)
{
	uint64_t seed = 5;

	pl_stack_start();
	for (unsigned i = 0; i < 200000; i++) {
		struct pl_cfi cfi = {.first = {.common = NULL}};
		uintptr_t before;
		pl_plain rule = (pl_plain)next_random(&seed);

		rule = (rule & ~(pl_plain)7) | (pl_plain)(1 + i % PL_PLAIN_AT_BASE);
		if (i % 2 == 0) /* near enough to lead somewhere */
			rule &= 0x3fffff;
		pl_frame_capture(&cfi.frame);
		pl_stack_begin(&cfi.stack, cfi.frame.registers[PL_REGISTER_STACK]);
		if (i % 3 == 0)
			cfi.frame.registers[PL_REGISTER_BASE] = next_random(&seed);
		before = cfi.frame.registers[PL_REGISTER_STACK];
		if (pl_cfi_plain_step(rule, &cfi) == PL_CFI_DONE)
			assert_true(cfi.frame.registers[PL_REGISTER_STACK] > before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_is_found_for_its_address_and_code_alone),
		cmocka_unit_test(code_without_a_number_and_far_addresses_are_not_remembered),
		cmocka_unit_test(key_makes_the_address_again),
		cmocka_unit_test(
			threads_and_handlers_that_write_to_the_same_places_make_no_wrong_rule),
		cmocka_unit_test(child_of_a_fork_meets_whole_rules),
		cmocka_unit_test(plain_rules_are_packed),
		cmocka_unit_test(expressions_of_realigned_frames_and_stubs_are_packed),
		cmocka_unit_test(other_rules_are_not_plain),
		cmocka_unit_test(no_rule_leads_a_step_off_the_stack),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
