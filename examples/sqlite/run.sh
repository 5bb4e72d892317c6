#!/bin/sh
# SPDX-License-Identifier: MIT
# phaselock on a program that was never changed: what does sqlite3 ask of the heap once main() runs?
#
#     examples/sqlite/run.sh [BUILD]        BUILD is the folder that make filled; default: build
#
# Runs the same script without and with the library, the heap locked from main() on and every
# violation allowed. Prints the list of sites, and ends with 0 if the output was the same both
# times, violations were found, and `phaselock run` said so by its status, 99.
set -eu

build=${1:-build}
script=$(dirname "$0")/script.sql
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail()
{
	echo "sqlite/run.sh: $*" >&2
	cat "$scratch/report" >&2 2>/dev/null || true
	exit 1
}

command -v sqlite3 >/dev/null || fail "sqlite3 is not installed (package sqlite3)"
[ -x "$build/phaselock" ] || fail "$build/phaselock is not there: run make first"

sqlite3 :memory: <"$script" >"$scratch/expected"

status=0
PHASELOCK_OPTIONS="lock=main:policy=allow:max_reports=5" \
	"$build/phaselock" run --live -- sqlite3 :memory: \
	<"$script" >"$scratch/output" 2>"$scratch/report" || status=$?

[ -s "$scratch/expected" ] || fail "sqlite3 printed nothing"
cmp -s "$scratch/expected" "$scratch/output" || fail "the output is not the same with the library"
[ "$status" -eq 99 ] || fail "the status is $status instead of 99 (violations were found)"
grep -q '^ *[0-9]* x malloc ' "$scratch/report" || fail "the report has no list of sites"

lines=$(wc -l <"$scratch/output")
reports=$(grep -c '^phaselock: violation: ' "$scratch/report") || fail "no call stack was reported"
echo "the output, $lines lines, is the same with and without the library; status 99"
echo "$reports call stacks were reported; the first:"
sed -n '/^phaselock: violation: /,/^phaselock: allowed/p; /^phaselock: allowed/q' "$scratch/report"
echo "the functions that ask most often, and how the program came to them:"
sed -n '/^phaselock run: /,$p' "$scratch/report"
