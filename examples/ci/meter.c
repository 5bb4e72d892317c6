/* SPDX-License-Identifier: MIT */
/*
 * meter FILE: prints the median of the last five numbers for each number of a file. It runs with
 * and without phaselock: the library is not linked, `phaselock run` preloads it.
 */
#define PHASELOCK_OPTIONAL
#include "median.h"

#include <phaselock/phaselock.h>
#include <stdio.h>

#define WINDOW 5

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	struct median *median = median_create(WINDOW);
	static char in[BUFSIZ], out[BUFSIZ];
	double sample;

	if (file == NULL || median == NULL) {
		fputs("usage: meter FILE\n", stderr);
		return 2;
	}
	/* Else the first use of a stream takes a buffer. */
	setvbuf(file, in, _IOFBF, sizeof(in));
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	if (phaselock_present())
		lock_allocations();
	while (fscanf(file, "%lf", &sample) == 1)
		printf("%g\n", median_put(median, sample));
	if (phaselock_present())
		unlock_allocations();
	median_destroy(median);
	fclose(file);
	return 0;
}
