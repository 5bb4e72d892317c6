/* SPDX-License-Identifier: MIT */
/*
 * Pitfall: what allocates once, at its first use, fails a test or not by the order of the tests.
 * Cure: phaselock_prewarm() before the block for the first uses of libc; a warm-up run, one call
 * before the block, for those and for the module's own.
 *
 * shows: PL-356
 * environment: TZ=UTC0
 *
 * run: {self} cold
 * exit: 0
 * stdout:
 * | Tue Nov 14
 * |   asserted no allocations: {number} allocations, {number} bytes (first: {any})
 * |   asserted no allocations: 1 allocation, 256 bytes (first: {any})
 *
 * run: {self} prewarmed
 * exit: 0
 * stdout:
 * | Tue Nov 14
 * |   asserted no allocations: holds
 * |   asserted no allocations: 1 allocation, 256 bytes (first: {any})
 *
 * run: {self} run-before
 * exit: 0
 * stdout:
 * | Tue Nov 14
 * | Tue Nov 14
 * |   asserted no allocations: holds
 * |   asserted no allocations: holds
 */
#define _POSIX_C_SOURCE 200809L
#include "pitfall.h"

#include <time.h>

static void print_date(void)
{
	const time_t moment = 1700000000;
	struct tm parts;
	char text[32];

	localtime_r(&moment, &parts);
	strftime(text, sizeof(text), "%a %b %d", &parts);
	printf("%s\n", text);
}

static unsigned char reversed(unsigned char byte)
{
	static unsigned char *table;

	if (table == NULL) {
		table = calloc(256, 1);
		for (unsigned i = 0; table != NULL && i < 256; i++)
			for (unsigned bit = 0; bit < 8; bit++)
				table[i] |= (unsigned char)((i >> bit & 1) << (7 - bit));
	}
	return table != NULL ? table[byte] : 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "cold";

	if (strcmp(how, "prewarmed") == 0)
		phaselock_prewarm();
	if (strcmp(how, "run-before") == 0) {
		print_date();
		reversed(1);
	}
	show_each_assertion();
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		print_date();
	}
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		reversed(1);
	}
	return 0;
}
