#!/bin/sh
# SPDX-License-Identifier: MIT
# The three uses of phaselock on real input, in eight parts: linked, preloaded, in a unit test; and
# the profile of a program.
# `make demo` runs it from the root of the checkout; the argument is the folder that make filled
# (default: build). Prints what each part printed, checks its status and what matters of its
# output, and ends with 0 if all did what they should. Five of them have to find violations,
# since a guard that never bites proves nothing.
set -u

build=${1:-build}
data=examples/data
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# shellcheck disable=SC3045 # one part ends by abort(): no core file, where the shell can say so
ulimit -c 0 2>/dev/null || true
unset PHASELOCK_OPTIONS
# Gives the call stacks of failed assertions files and lines; without it they have functions.
export PHASELOCK_COMMAND="$build/phaselock"
parts=0
wrong=

heading()
{
	parts=$((parts + 1))
	printf '\n== %d of 8: %s\n' "$parts" "$1"
}

complain()
{
	echo "WRONG: $1"
	wrong="$wrong
  part $parts: $1"
}

# expect STATUS COMMAND...: runs it, both outputs to one file, and checks the status.
expect()
{
	wanted=$1
	shift
	status=0
	"$@" >"$scratch/output" 2>&1 || status=$?
	[ "$status" -eq "$wanted" ] || complain "status $status instead of $wanted"
}

# contains LINE: the output has exactly this line.
contains()
{
	grep -qxF -- "$1" "$scratch/output" || complain "this line is missing from the output: $1"
}

# begins TEXT: a line of the output begins so.
begins()
{
	awk -v text="$1" 'index($0, text) == 1 { found = 1 } END { exit !found }' \
		"$scratch/output" || complain "no line of the output begins so: $1"
}

# Prints the output for a reader: lists cut after three lines, stacks after five, long lines broken.
show()
{
	awk '
		/^  [A-Z]+ +\// && ++requests > 3 {
			if (requests == 4)
				print "  ..."
			next
		}
		/^    #/ && substr($1, 2) + 0 > 4 {
			if ($1 == "#5")
				print "    ..."
			next
		}
		/^phaselock:   .* < / {
			split($0, frame, " < ")
			print frame[1] " < " frame[2]
			print "                 < " frame[3] " < " frame[4]
			next
		}
		{ print }' "$scratch/output" | sed 's/^/   | /'
}

heading "linked: a parser at work with the heap locked (examples/quickstart.c)"
echo "   $ $build/examples/quickstart $data/*.http"
expect 0 "$build/examples/quickstart" "$data"/*.http
contains "verdict: PASS, no heap request was made while the heap was locked"
show

heading "linked: with a mistake, a strdup() for each header; has to end by SIGABRT, status 134"
echo "   $ $build/examples/quickstart --naive $data/curl_get.http"
# The first header is "Host: 127.0.0.1:8080": 14 characters and the terminating zero.
expect 134 sh -c '"$@"; exit $?' sh "$build/examples/quickstart" --naive "$data/curl_get.http"
contains "phaselock: violation: malloc(15) while allocations are locked"
contains "phaselock: aborting (policy=abort)"
show

heading "preloaded: the distribution's sqlite3, locked from main() on (examples/sqlite/run.sh)"
echo "   $ examples/sqlite/run.sh $build"
expect 0 sh examples/sqlite/run.sh "$build"
show

heading "in a unit test: assert that a call allocates nothing (examples/cmocka/test_parser.c)"
echo "   $ $build/examples/test_parser"
expect 0 "$build/examples/test_parser"
contains "[  PASSED  ] 4 test(s)."
show

heading "in a unit test: what a failing one looks like; has to fail (status 1)"
echo "   $ $build/examples/test_parser fail"
expect 1 "$build/examples/test_parser" fail
begins "asserted no allocations: 2 allocations, 20 bytes (first: malloc(16) in strdup < "
contains "[  FAILED  ] naive_reading_fails_the_test"
show

heading "in unit tests: a CAN module and each kind of assertion (examples/unit_tests/test_can.c)"
echo "   $ $build/examples/test_can"
expect 0 "$build/examples/test_can"
contains "[  PASSED  ] 3 test(s)."
contains "[  PASSED  ] 8 test(s)."
show

heading "in unit tests: with a bug that changes no result; two tests have to fail (status 2)"
echo "   $ $build/examples/test_can_with_bug"
expect 2 "$build/examples/test_can_with_bug"
contains "[  PASSED  ] 3 test(s)."
begins "asserted no allocations: 2 allocations, 136 bytes (first: malloc(100) in asprintf < "
begins "asserted no leak: 2 blocks are still allocated (first: malloc(36) in asprintf < can_note < "
contains "[  FAILED  ] wrong_frames_make_no_request"
contains "[  FAILED  ] an_overflow_leaks_nothing"
grep -q "#2 can_note .*can_note_with_bug\.c:16$" "$scratch/output" ||
	complain "the line of the bug is missing"
show

heading "a profile: all that sqlite3 asks for, by site and phase, and a page of it for a browser"
record=$scratch/sqlite3.rec
page=$build/demo.html
echo "   $ $build/phaselock record --lock-at=main --output=sqlite3.rec -- sqlite3 :memory: <script"
expect 0 sh -c '"$1" record --lock-at=main --output="$2" -- sqlite3 :memory: <"$3"' \
	sh "$build/phaselock" "$record" examples/sqlite/script.sql
echo "   $ $build/phaselock report sqlite3.rec"
expect 0 "$build/phaselock" report "$record"
contains "sqlite3 :memory:"
begins "while locked: "
show
expect 0 "$build/phaselock" report --format=html --output="$page" --force "$record"
echo "   $ $build/phaselock report --format=html --output=$page sqlite3.rec"
grep -q "Content-Security-Policy" "$page" || complain "$page is no page"
echo "   | open it in a browser: $(pwd)/$page"

echo
if [ "$parts" -ne 8 ] || [ -n "$wrong" ]; then
	echo "demo: something went wrong:$wrong"
	exit 1
fi
echo "demo: all 8 parts did what they should"
