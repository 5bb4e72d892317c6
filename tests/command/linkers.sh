#!/bin/sh
# SPDX-License-Identifier: MIT
# Links the objects of a build as make does, by another linker, and starts a program with the result
# in front. Usage: linkers.sh SOURCE BUILD LIBRARY FLAGS
set -eu
mkdir b
cp -a "$2/lib" "$2/jemalloc.o" "$2/flags" b/
unset MAKEFLAGS MFLAGS MAKELEVEL
library=b/$3.so.0.1.0
make -s -C "$1" B="$PWD/b" LDFLAGS="$4" "$PWD/$library" >make.log 2>&1 || {
	sed -n 's/^check-phase: [^ ]*: //p' make.log
	[ ! -e "$library" ] && echo refused
	exit 1
}
cat >program.c <<'PROGRAM'
#include <stdio.h>
#include <stdlib.h>

#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>

int main(void)
{
	void *volatile block = malloc(1);

	free(block);
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return 1;
	phaselock_set_policy(PHASELOCK_DENY);
	lock_allocations();
	block = malloc(1);
	puts(block == NULL && get_stats().locked_attempts == 1 ? "guarded" : "not guarded");
	return 0;
}
PROGRAM
gcc -fno-builtin -I"$1/include" -o program program.c
PHASELOCK_OPTIONS=max_reports=0 timeout -s KILL 10 env LD_PRELOAD="$PWD/$library" ./program \
	2>/dev/null
