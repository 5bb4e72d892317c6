/* SPDX-License-Identifier: MIT */
/*
 * A child whose end nobody can know proves nothing: the assertion fails and says so.
 *
 * shows: PL-322
 * run: {self}
 * exit: SIGABRT
 * stderr:
 * | {any}: asserted aborts on allocation: the block ended in a way that is not known: something else waited for the child process (is SIGCHLD ignored?), after a violation (first: {any}):
 * |   malloc(1)
 * | {details}
 */
#define _GNU_SOURCE
#include <phaselock/assert.h>

#include <signal.h>
#include <stdlib.h>

static char *volatile sink;

/* A name that a file of libphaselock-test has too: each keeps its own. */
void child_wait(void);

void child_wait(void)
{
	abort();
}

int main(void)
{
	signal(SIGCHLD, SIG_IGN);
	PHASELOCK_ASSERT_ABORTS_ON_ALLOCATION {
		sink = malloc(1);
	}
	return 0;
}
