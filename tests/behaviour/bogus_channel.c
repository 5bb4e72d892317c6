/* SPDX-License-Identifier: MIT */
/*
 * PHASELOCK_RUN_CHANNEL may name anything. Whatever is not the complete page of this version's
 * command is refused with a message, and the program runs on, guarded. The library waits for
 * nothing and touches no page beyond the end of a file.
 *
 * shows: PL-146
 * environment: PHASELOCK_OPTIONS=policy=deny:max_reports=0
 * exit: 0
 * stderr:
 * | phaselock: cannot open the page of `phaselock run` (over, or of another version?)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * each: make true ": > page" "head -c 8 /dev/urandom > page" "head -c 65536 /dev/zero > page"
 *     "printf '\005\000\000\000klhp' > page" "mkfifo page" "ln -s /dev/zero page" "ln -s /dev/full
 *     page"
 * run: sh -c "{make}; exec 8<>page; PHASELOCK_RUN_CHANNEL=8:8:0:no-such-name exec {self}"
 * each: text "" ":" "page" "/proc/self/mem" "8:8" "8:8:0" "8:8:0:" "-1:-1:-1:x"
 *     "4294967295:4294967295:0:x" "0:1:0:x"
 * run: sh -c "PHASELOCK_RUN_CHANNEL='{text}' exec {self}"
 */
#include "behaviour.h"

#include <stdlib.h>

int main(void)
{
	require_armed();
	lock_allocations();
	CHECK(opaque(malloc(48)) == NULL);
	return 0;
}
