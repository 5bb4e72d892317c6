/* SPDX-License-Identifier: MIT */
/*
 * An assertion is called by its numbers, through macros of CMocka's kind and of the program's own:
 * one of a thing in the singular, any size as a word.
 *
 * shows: PL-614
 * run: {self}
 * exit: 0
 * stdout:
 * | no allocations
 * | no allocations
 * | at most 1 allocation
 * | at most 2 allocations anywhere
 * | exactly 0 allocations
 * | exactly 1 allocation
 * | exactly 1 allocation anywhere
 * | at most 0 bytes
 * | at most 1 byte
 * | at most 1 byte anywhere
 * | at most 16 bytes
 * | violation
 * | violation
 * | violation of "malloc", PHASELOCK_ANY_SIZE, NULL
 * | violation of "malloc", 1, "main"
 * | violation of NULL, 1, NULL
 * | aborts on allocation of "malloc", PHASELOCK_ANY_SIZE, NULL
 */
#include <phaselock/cmocka.h>

#include <stdio.h>

#define ONE 1
#define MADE_OF(function, size) assert_violation_of(function, size, NULL)

static void *volatile block;

static void name(const struct phaselock_check_report *report, void *context)
{
	(void)context;
	puts(report->spec->name);
}

static void nothing(const struct phaselock_check_report *report, void *context)
{
	(void)report;
	(void)context;
}

static void request(void)
{
	block = malloc(1);
	free(block);
}

static void counts(void)
{
	size_t limit = 16;

	assert_no_allocations {}
	assert_max_allocations(0) {}
	assert_max_allocations(ONE) {}
	assert_max_allocations_anywhere(2) {}
	assert_exact_allocations(0) {}
	assert_exact_allocations(3 - 2) {}
	assert_exact_allocations_anywhere(ONE) {}
	assert_max_bytes(0) {}
	assert_max_bytes(sizeof(char)) {}
	assert_max_bytes_anywhere(ONE) {}
	assert_max_bytes(limit) {}
}

static void violations(void)
{
	PHASELOCK_FORBID_SCOPE;
	assert_violation {
		request();
	}
	assert_violation_of(NULL, PHASELOCK_ANY_SIZE, NULL) {
		request();
	}
	MADE_OF("malloc", PHASELOCK_ANY_SIZE)
	{
		request();
	}
	assert_violation_of("malloc", ONE, "main") {
		request();
	}
	MADE_OF(NULL, ONE)
	{
		request();
	}
	assert_aborts_on_allocation_of("malloc", PHASELOCK_ANY_SIZE, NULL) {
		request();
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	phaselock_on_failure(nothing, NULL);
	phaselock_on_check(name, NULL);
	counts();
	violations();
	return phaselock_armed() == PHASELOCK_ENTRY_ALL ? 0 : 1;
}
