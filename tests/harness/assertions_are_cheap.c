/* SPDX-License-Identifier: MIT */
/*
 * A block that asks for nothing costs nothing in it: 100,000 steps take as long inside as outside,
 * within the noise of a busy machine. To open and close an assertion is bounded: 10,000 of them
 * take less than 10 seconds, and so do frees of outside blocks when the ledger was full.
 *
 * shows: PL-317
 * run: {self}
 * exit: 0
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BLOCKS 8000

static volatile uint64_t sum;

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double steps(void)
{
	double start = seconds();

	for (unsigned i = 0; i < 100000; i++)
		sum += i;
	return seconds() - start;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

int main(void)
{
	static void *blocks[BLOCKS];
	double inside = 1e9, outside = 1e9, start;

	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 2;
	for (unsigned i = 0; i < 50; i++) {
		outside = least(outside, steps());
		PHASELOCK_ASSERT_NO_ALLOCATIONS_ANYWHERE {
			inside = least(inside, steps());
		}
	}
	if (inside > 1.5 * outside)
		return printf("inside %g s, outside %g s\n", inside, outside), 1;
	start = seconds();
	for (unsigned i = 0; i < 10000; i++)
		PHASELOCK_ASSERT_NO_ALLOCATIONS {
			sum++;
		}
	if (seconds() - start > 10)
		return printf("10,000 assertions: %g s\n", seconds() - start), 1;
	start = seconds();
	PHASELOCK_ASSERT_NO_LEAK {
		for (unsigned round = 0; round < 5; round++) {
			for (unsigned i = 0; i < BLOCKS; i++)
				blocks[i] = malloc(i);
			for (unsigned i = 0; i < BLOCKS; i++)
				free(blocks[i]);
		}
	}
	if (seconds() - start > 10)
		return printf("ledger: %g s\n", seconds() - start), 1;
	return 0;
}
