#!/bin/sh
# SPDX-License-Identifier: MIT
# The header filter on one screen: that it makes no heap request, what the naive one does, and both
# in their hosts. `make demo-filter` runs it from the root of the checkout; the argument is the
# folder that make filled (default: build). Prints a heading and what matters of each part's output;
# ends with 0 if all did what they should.
set -u

build=${1:-build}
filter=examples/header_filter
programs=$build/$filter
recordings="examples/data/*.http $filter/data/*.http"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
unset PHASELOCK_OPTIONS
export PHASELOCK_COMMAND="$build/phaselock"
parts=0
wrong=

heading()
{
	parts=$((parts + 1))
	printf '\n== %d of 5: %s\n' "$parts" "$*"
}

# run STATUS COMMAND...: both outputs go to one file; a part that has another status is named at the
# end.
run()
{
	wanted=$1
	shift
	status=0
	"$@" >"$scratch/output" 2>&1 || status=$?
	[ "$status" -eq "$wanted" ] && return
	echo "   WRONG: status $status instead of $wanted; the last lines:"
	tail -5 "$scratch/output" | sed 's/^/   | /'
	wrong="$wrong $parts"
}

# show PATTERN: the lines of the output that have it; there must be one.
show()
{
	grep -E -- "$1" "$scratch/output" | sed 's/^/   | /' && return
	echo "   WRONG: no line of the output has: $1"
	wrong="$wrong $parts"
}

# shellcheck disable=SC2086 # a list of words
{
	heading "each callback in assert_no_allocations, 100,000 requests on two threads;" \
		"then locked"
	run 0 "$programs/tests/test_heap_filter" $recordings
	show 'OK . (hundred|whole)|PASSED'

	heading "the same tests with naive.c have to fail, and the reports name each" \
		"line that asks the heap"
	PHASELOCK_OPTIONS=policy=allow:max_reports=0 run 11 "$programs/tests/test_heap_naive" \
		$recordings
	show 'FAILED TEST'
	run 99 "$build/phaselock" run --policy=allow --max-reports=1000 \
		--report="$scratch/reports" \
		"$programs/tests/lives_naive" --odd $recordings
	run 0 python3 -B "$filter/tests/sites.py" "$filter" "$scratch/reports"
	show 'lines, 0 reports of other places'
}

heading "one request in naive.c, stage by stage, with a host that forgets to end it;" \
	"then in filter.c"
PHASELOCK_OPTIONS=stages=1:policy=allow:max_reports=0 \
	run 0 "$programs/tests/lives_naive" --forget examples/data/curl_get.http \
	"$filter/data/nginx_200.http"
show '(Request|After|gRPC)'
PHASELOCK_OPTIONS=stages=1 run 0 "$programs/tests/lives_filter" examples/data/curl_get.http \
	"$filter/data/nginx_200.http"
show 'Request (End|Complete)'

heading "in a real worker of nginx, the guard in abort mode; curl, wrk and h2load as clients"
run 0 "$filter/nginx/drive.py" --build "$build" --requests 20000
show '(wrk|h2load|violations|control|line:|verdict:)'

heading "as a Proxy-Wasm plugin, the guard inside the module: compiled to C (wasm2c)," \
	"and in V8 with real calls"
root=$(pwd)
run 0 "$programs/wasm/test_plugin" examples/data
show '100000 lives|PASSED'
cd "$scratch" || exit 1 # where it leaves the hosts' logs
run 0 "$root/$filter/wasm/drive.py" "$root/$build"
show 'both calls|300 requests|counted each|reports|servers down|traps|next'

echo
if [ "$parts" -ne 5 ] || [ -n "$wrong" ]; then
	echo "demo-filter: something went wrong in part:$wrong"
	exit 1
fi
echo "demo-filter: all 5 parts did what they should"
