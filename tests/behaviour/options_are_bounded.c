/* SPDX-License-Identifier: MIT */
/*
 * Options may have any length and any bytes. Messages about them are quoted, with control
 * characters as '?', and bounded: 63 bytes for each word and 1,023 for all faults together, which
 * end in dots if there are more. Good options among them hold. The kernel gives a program at most
 * 128 KiB in one variable.
 *
 * shows: PL-060 PL-148
 * exit: 0
 * run: sh -c 'x=$(head -c 40000 /dev/zero | tr "\0" x); export
 *     PHASELOCK_OPTIONS=$x:policy=$x:report=$x:policy=deny:max_reports=0; exec {self}'
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: unknown key "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" (help=1 lists the keys)
 * | phaselock: PHASELOCK_OPTIONS: bad value "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" for policy (want abort|allow|deny)
 * | phaselock: PHASELOCK_OPTIONS: bad value "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" for report (want stderr|file of up to 1023 bytes with no % but %p)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'export PHASELOCK_OPTIONS=$(printf
 *     "a\033[2Jb=1:policy=\001\"\n\r\177:policy=deny:max_reports=0");
 *     exec {self}'
 * stderr:
 * | phaselock: PHASELOCK_OPTIONS: unknown key "a?[2Jb" (help=1 lists the keys)
 * | phaselock: PHASELOCK_OPTIONS: bad value "?????" for policy (want abort|allow|deny)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
 * run: sh -c 'x=$(yes unknown:max_reports=0:policy=deny | head -n 3000 | tr "\n" :);
 *     PHASELOCK_OPTIONS=$x {self} 2>said; head -c 1023 said | tail -c 5; head -n 1 said; tail -c
 *     +1024 said'
 * stdout:
 * | {any}...
 * | phaselock: PHASELOCK_OPTIONS: unknown key "unknown" (help=1 lists the keys)
 * | phaselock: 1 violation at 1 site, by count:
 * | phaselock:   and 1 site more (max_reports=0)
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
