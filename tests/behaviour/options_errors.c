/* SPDX-License-Identifier: MIT */
/*
 * An unknown key, a bad value, a key without value: each is named on stderr with what is wanted,
 * the other keys hold, and the program runs on. Later keys win, and empty parts are ignored.
 *
 * shows: PL-060 PL-772
 * libc: glibc musl
 * run: {self} allow
 * environment: PHASELOCK_OPTIONS=polizy=abort:policy=allow:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: unknown key "polizy" (did you mean policy? help=1 lists the keys)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self} deny
 * environment:
 *     PHASELOCK_OPTIONS=max_reports=many:policy=deny:max_reports=0:policy=maybe:frames=33:lock=:free
 * exit: 0
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: bad value "many" for max_reports (want 0..1024)
 * | phaselock: PHASELOCK_OPTIONS: bad value "maybe" for policy (want abort|allow|deny)
 * | phaselock: PHASELOCK_OPTIONS: bad value "33" for frames (want 1..32)
 * | phaselock: PHASELOCK_OPTIONS: bad value "" for lock (want never|main)
 * | phaselock: PHASELOCK_OPTIONS: bad value "" for free (want allow|forbid)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self} deny
 * environment: PHASELOCK_OPTIONS=::policy=allow::max_reports=0:policy=deny:
 * exit: 0
 * stderr:
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: {self} deny
 * environment: PHASELOCK_OPTIONS=help=1:policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | PHASELOCK_OPTIONS="key=value:key=value"
 * | {lines}
 * |   policy=abort|allow|deny
 * | {lines}
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 */
#include "behaviour.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	void *block;

	require_armed();
	CHECK(argc > 1);
	lock_allocations();
	block = opaque(malloc(48));
	CHECK_EQUAL(block != NULL, strcmp(argv[1], "allow") == 0);
	free(block);
	return 0;
}
