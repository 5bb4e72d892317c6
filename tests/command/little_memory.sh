#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: little_memory.sh BUILD OPTIONS...
# Little address space (RLIMIT_AS): `true` starts under the guard with 1 MiB more than the least
# that it needs without, and little_memory.c gets as much as without when it has 1 MiB more.
set -eu
build=$1
shift
here=$(dirname "$0")
gcc -fno-builtin -pthread -o little "$here/little_memory.c"

within() { # within KIB COMMAND...
	limit=$1
	shift
	sh -c 'ulimit -v "$0" && exec "$@"' "$limit" "$@"
}

# The shell is guarded as well, and sets the limit.
guarded() { # guarded KIB COMMAND...
	PHASELOCK_OPTIONS=lock=never:follow_children=1 "$build/phaselock" run $options -- sh \
		-c 'ulimit -v "$0" && exec "$@"' "$@" 2>said
}

options=$*
low=1000 least=100000
while [ $((least - low)) -gt 16 ]; do
	middle=$(((low + least) / 2))
	if within $middle true 2>/dev/null; then least=$middle; else low=$middle; fi
done
guarded $((least + 1024)) true || { echo "needs more than 1 MiB beside $least KiB:"; cat said; \
	exit 1; }
plain=$(within 30000 ./little)
with=$(guarded $((30000 + 1024)) ./little) || { cat said; exit 1; }
grep -q '^phaselock run: armed: .* in 2 programs' said || { cat said; exit 1; }
[ "$with" -ge "$plain" ] || { echo "$with MiB, $plain without"; exit 1; }
echo "enough"
