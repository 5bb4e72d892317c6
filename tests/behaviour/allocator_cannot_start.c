/* SPDX-License-Identifier: MIT */
/*
 * If there is no memory for the allocator to start, the library says that, and not that another
 * allocator serves. The program runs on, its requests fail, and it is not armed. Once there is
 * memory, it is armed. Under the command there is no PASS.
 *
 * shows: PL-655
 * backend: jemalloc
 * run: {self} limited
 * exit: 0
 * stderr:
 * | phaselock: not armed: no memory for the allocator to start with (is there a limit, as of ulimit -v?); requests fail until there is
 * run: {build}/phaselock run --allocator=jemalloc --follow-children {self} limited
 * exit: 125
 * stderr:
 * | phaselock run: not armed: no memory for the allocator to start with in 1 program (is there a limit, as of ulimit -v?)
 * | {lines}
 * | phaselock run: FAIL: {any}
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

int main(int argc, char **argv)
{
	struct rlimit limit;

	getrlimit(RLIMIT_AS, &limit);
	if (argc > 1) {
		char *again[] = {argv[0], NULL};

		limit.rlim_cur = 30000 << 10;
		CHECK_EQUAL(setrlimit(RLIMIT_AS, &limit), 0);
		execv("/proc/self/exe", again);
		return 2;
	}
	CHECK_EQUAL(phaselock_armed(), 0);
	errno = 0;
	CHECK(opaque(malloc(48)) == NULL);
	CHECK_EQUAL(errno, ENOMEM);
	limit.rlim_cur = limit.rlim_max;
	CHECK_EQUAL(setrlimit(RLIMIT_AS, &limit), 0);
	free(opaque(malloc(48)));
	require_armed();
	return 0;
}
