/* SPDX-License-Identifier: MIT */
/*
 * Two programs at once, of eight threads each, write 6400 results to one file, and the table has
 * them all: what is the same operation is one row, with the smallest and the largest number, and
 * its verdict is the worst of all.
 *
 * shows: PL-348 PL-349
 * needs: sh ln
 *
 * run: sh -c 'ln -s {self} one; ln -s {self} two; ./one & ./two & wait; wc -l <results;
 *     {build}/phaselock report --format=markdown results'
 * environment: PHASELOCK_RESULTS=results
 * exit: 99
 * stdout:
 * | 6400
 * | | Program | Operation | Asserted | Runs | Allocations | Bytes | Verdict |
 * | |---|---|---|--:|--:|--:|---|
 * | | `one` | `parse\|headers` | `at most 1 allocation` | 1600 | 0 to 2 | 0 to 32 | ✗ failed in 400 of 1600, `{any}/results_of_many_are_whole.c`:{number} |
 * | | `one` | `close` | `at most 1 allocation` | 1600 | 0 | 0 | ✓ |
 * | | `two` | `parse\|headers` | `at most 1 allocation` | 1600 | 0 to 2 | 0 to 32 | ✗ failed in 400 of 1600, `{any}/results_of_many_are_whole.c`:{number} |
 * | | `two` | `close` | `at most 1 allocation` | 1600 | 0 | 0 | ✓ |
 * | | **total** | programs: 2 | operations: 4 | 6400 | 2400 | 38400 | ✗ holds: 2, failed: 2 |
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <pthread.h>
#include <stdlib.h>

#define THREADS 8
#define ROUNDS 200

static void ignore(const struct phaselock_check_report *report, void *context)
{
	(void)report;
	(void)context;
}

static void take(int count)
{
	for (int i = 0; i < count; i++)
		free(malloc(16));
}

static void *work(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		phaselock_operation("parse|headers");
		PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) {
			take(i % 4 == 3 ? 2 : i % 2);
		}
		phaselock_operation("close");
		PHASELOCK_ASSERT_MAX_ALLOCATIONS(1) {
			take(0);
		}
	}
	return argument;
}

int main(void)
{
	pthread_t threads[THREADS];

	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	phaselock_on_failure(ignore, NULL);
	/* The text of a failure needs no names here. */
	setenv("PHASELOCK_COMMAND", "/nonexistent", 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 2;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
