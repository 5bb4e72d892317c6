#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: as_without.sh BUILD [OPTIONS...] -- COMMAND...
# Runs a command without the guard and under `phaselock run` with these options, and compares what
# it printed and its status. Prints `same` if they agree and the guard was there. PRELOAD and AUDIT
# are for the command alone; SAID is what the summary says of a guard that is there, but does not
# see all.
set -u
build=$1
options=
shift
while [ "$1" != -- ]; do
	options="$options $1"
	shift
done
shift

export LD_PRELOAD="${PRELOAD-}" LD_AUDIT="${AUDIT-}"
"$@" >plain 2>plain.err
plain_status=$?
echo "status $plain_status" >>plain
# shellcheck disable=SC2086 # words
PHASELOCK_OPTIONS=lock=never "$build/phaselock" run $options -- "$@" >guarded 2>guarded.err
status=$?
# The program's own is not to be had from a run that does not pass for what was not seen.
[ -z "${SAID-}" ] || [ $status -ne 125 ] || status=$plain_status
echo "status $status" >>guarded
unset LD_PRELOAD LD_AUDIT
grep '^phaselock' guarded.err >said
grep -v '^phaselock' guarded.err >>guarded
cat plain.err >>plain
diff plain guarded || exit 1
grep -q "^phaselock run: ${SAID-armed: every entry point comes to the library}" said &&
	grep -q '^phaselock run: \(init\|locked\): [1-9]' said ||
		{ echo "not guarded:"; cat said; exit 1; }
echo same
