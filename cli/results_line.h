/* SPDX-License-Identifier: MIT */
/*
 * One line of a file of results, as testing/results.c writes it: "phaselock-result 1", program,
 * test, operation, assertion, file, line, allocations, bytes, deallocations, leaked blocks,
 * verdict; a tab between two, and each quoted as lib/common/quote.h has it.
 */
#ifndef CLI_RESULTS_LINE_H
#define CLI_RESULTS_LINE_H

#include <stdint.h>

#define RESULTS_MAGIC "phaselock-result " /* how a line begins */

/* From the best to the worst: the verdict of several is the worst of them. */
enum results_verdict {
	RESULTS_HOLDS,
	RESULTS_SKIPPED,
	RESULTS_NOT_ARMED,
	RESULTS_FAILED,
	RESULTS_VERDICTS,
};

enum results_count {
	RESULTS_ALLOCATIONS,
	RESULTS_BYTES,
	RESULTS_DEALLOCATIONS,
	RESULTS_LEAKED,
	RESULTS_COUNTS,
};

struct results_line {
	const char *program;
	const char *test; /* empty: there was none */
	const char
		*operation; /* what the test called it, else the test's name, else the program's */
	const char *assertion;
	const char *file;
	int64_t line;
	int64_t counts[RESULTS_COUNTS]; /* INT64_MAX stands for all above */
	enum results_verdict verdict;
};

/*
 * Reads a text, which is changed and must live as long as the line. The line's names are as they
 * were before they were quoted, so they may hold any bytes. Returns NULL, or what is wrong with the
 * text.
 */
const char *results_line_read(char *text, struct results_line *line);

/* Returns the word for a verdict. */
const char *results_verdict_name(enum results_verdict verdict);

#endif
