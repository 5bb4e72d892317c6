/* SPDX-License-Identifier: MIT */
/* How often the oracle has compared, and what it left out: for tools/check-unwinding. */
#ifndef ORACLE_COUNTS_H
#define ORACLE_COUNTS_H

enum oracle_count {
	ORACLE_WALKS,	/* compared */
	ORACLE_FRAMES,	/* of them */
	ORACLE_RULES,	/* of those, left by plain rules that are remembered */
	ORACLE_DIFFER,	/* walks in which the two differ: the process has ended */
	ORACLE_LIBGCC,	/* left out: libgcc waits for this very walk */
	ORACLE_HIDDEN,	/* left out: there is no way to the caller, which stands alone */
	ORACLE_NOTHING, /* left out: not one step is possible */
	ORACLE_DEEP,	/* compared, but for the frames beyond the first 256 */
	ORACLE_CUT,	/* compared as far as the stack can be read */
	ORACLE_COUNTS,
};

/*
 * Adds one, in this process and in the file that all of a run share. Any thread, signal handlers
 * too; no system call.
 */
void oracle_count(enum oracle_count which, unsigned long number);

#endif
