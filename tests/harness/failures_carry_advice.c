/* SPDX-License-Identifier: MIT */
/*
 * A failed assertion says below each call stack what to do instead of the function of libc that
 * asked for memory, as a report of a violation does. A leak, and a request of the program's own,
 * have no advice. After a test the stacks end at main() again.
 *
 * shows: PL-584 PL-781
 * run: {self}
 * exit: 0
 * stdout:
 * | asserted no allocations: 2 allocations, {number} bytes (first: malloc(7) in strdup < main; advice: strdup allocates at every call; copy into a buffer that was taken before the lock)
 * |     advice: strdup allocates at every call; copy into a buffer that was taken before the lock
 * |     advice: fgetc allocates at the first use of a stream; {any}setvbuf(){any}
 * | asserted no allocations: 1 allocation, 5 bytes (first: malloc(5) in main)
 * | asserted no leak: 1 block is still allocated (first: malloc(7) in strdup < main)
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[4096];

/* Notes the lines that are of interest. Printed later, for stdout has no buffer yet. */
static void failed(const struct phaselock_check_report *report, void *context)
{
	const char *line = report->message;

	(void)context;
	while (*line != '\0') {
		size_t length = strcspn(line, "\n") + 1;

		if (line == report->message || strncmp(line, "    advice", 10) == 0)
			strncat(text, line, length);
		line += length;
	}
}

int main(void)
{
	FILE *stream = fopen("/dev/zero", "r");
	char *volatile copy;

	phaselock_on_failure(failed, NULL);
	phaselock_test_begin("a test");
	phaselock_test_returned();
	phaselock_test_end();
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		copy = strdup("a word");
		if (stream != NULL)
			fgetc(stream);
	}
	free(copy);
	PHASELOCK_ASSERT_NO_ALLOCATIONS {
		copy = malloc(5);
	}
	free(copy);
	PHASELOCK_ASSERT_NO_LEAK {
		copy = strdup("a word");
	}
	fputs(text, stdout);
	return 0;
}
