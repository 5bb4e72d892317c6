/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: each stream takes its buffer from the heap at its first use, and fopen() takes the
 * stream itself; phaselock_prewarm() knows those of the three standard streams alone. Cure: open
 * before the block, and give the stream a buffer with setvbuf().
 *
 * shows: PL-356
 * exit: 0
 * stdout:
 * | opened in the block:
 * |   asserted no allocations: {number} allocation{any}
 * | opened before, its buffer not:
 * |   asserted no allocations: 1 allocation, {number} bytes (first: {any})
 * | with a buffer by setvbuf:
 * |   asserted no allocations: holds
 */
#include "pitfall.h"

static void write_line(FILE *file)
{
	if (file != NULL)
		fputs("a line\n", file);
}

int main(void)
{
	static char buffer[4096];
	FILE *file = NULL;

	show_each_assertion();
	phaselock_prewarm();
	puts("opened in the block:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		file = fopen("/dev/null", "w");
	}
	puts("opened before, its buffer not:");
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		write_line(file);
	}
	fclose(file);
	file = fopen("/dev/null", "w");
	puts("with a buffer by setvbuf:");
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		write_line(file);
	}
	fclose(file);
	return 0;
}
