/* SPDX-License-Identifier: MIT */
/*
 * An end without its begin, an end of the other kind, and nesting deeper than 63 are reported and
 * end the process by SIGABRT, under any policy. 63 scopes are allowed, and each thread has its own
 * depth.
 *
 * shows: PL-016
 * libc: glibc musl
 * each: policy abort allow deny
 * environment: PHASELOCK_OPTIONS=policy={policy}
 * exit: SIGABRT
 * run: {self} forbid_end
 * stderr:
 * | phaselock: misuse: phaselock_forbid_end() but this thread's innermost scope is no forbid scope
 * run: {self} permit_end
 * stderr:
 * | phaselock: misuse: phaselock_permit_end() but this thread's innermost scope is no permit scope
 * run: {self} forbid_begin permit_end
 * stderr:
 * | phaselock: misuse: phaselock_permit_end() but this thread's innermost scope is no permit scope
 * run: {self} permit_begin forbid_end
 * stderr:
 * | phaselock: misuse: phaselock_forbid_end() but this thread's innermost scope is no forbid scope
 * run: {self} forbid_begin forbid_end forbid_end
 * stderr:
 * | phaselock: misuse: phaselock_forbid_end() but this thread's innermost scope is no forbid scope
 * run: {self} 64
 * stderr:
 * | phaselock: misuse: scopes nested deeper than 63 (PHASELOCK_SCOPE_DEPTH_MAX); is an end missing?
 * run: {self} 63
 * exit: 0
 * run: {self} forbid_begin permit_begin permit_end forbid_end
 * exit: 0
 */
#include "behaviour.h"

#include <stdlib.h>

static void move(const char *name)
{
	if (strcmp(name, "forbid_begin") == 0)
		phaselock_forbid_begin();
	else if (strcmp(name, "forbid_end") == 0)
		phaselock_forbid_end();
	else if (strcmp(name, "permit_begin") == 0)
		phaselock_permit_begin();
	else if (strcmp(name, "permit_end") == 0)
		phaselock_permit_end();
	else
		check_failed(__FILE__, __LINE__, "the argument is a move");
}

/* Both kinds in turn: each of the 63 bits has to come back as it was set. */
static void nest(int depth)
{
	for (int i = 0; i < depth; i++)
		move(i % 3 == 0 ? "forbid_begin" : "permit_begin");
	for (int i = depth; i-- > 0;)
		move(i % 3 == 0 ? "forbid_end" : "permit_end");
}

int main(int argc, char **argv)
{
	require_armed();
	CHECK(argc > 1);
	if (argv[1][0] == '6') {
		nest(atoi(argv[1]));
		nest(atoi(argv[1]));
		return 0;
	}
	for (int i = 1; i < argc; i++)
		move(argv[i]);
	return 0;
}
