#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command again and again: the Nth time its Nth mmap() of memory fails, and with "on" all
# that come after. Ends when a run has fewer calls than that. A run has to end with status 0 or one
# of those allowed, or with the message that the allocator could not start: anything else is said.
# Usage: each_mmap.sh once|on PRELOAD ALLOWED COMMAND [ARGUMENT...]; PRELOAD and ALLOWED may be
# empty.
set -u

mode=$1 preload=$2 allowed=$3
shift 3
gcc -std=c11 -O2 -Wall -Wextra -o fail_mmap "$(dirname "$0")/fail_mmap.c" || exit 1
n=0 starts=0
while [ $n -lt 500 ]; do
	n=$((n + 1))
	rm -f failed
	timeout -s KILL 20 ./fail_mmap $n "$mode" failed "$preload" "$@" >out 2>err &
	wait $!
	status=$?
	kill -s KILL -- -$! 2>/dev/null # children that hang: the group is of timeout's making
	[ -e failed ] || break
	# The allocator itself is what cannot start, and the library says so: the first calls, and
	# no later one.
	if [ $status = 134 ] && grep -qx "phaselock: no memory for the allocator to start with" \
		err; then
		starts=$((starts + 1))
		[ $starts -lt 8 ] || echo "mmap $n of $mode: a late start"
		continue
	fi
	case " 0 $allowed " in
	*" $status "*) ;;
	*) echo "mmap $n of $mode: status $status"; cat err ;;
	esac
done
[ $n -gt $((starts + 1)) ] || echo "only $n calls"
[ $status = 0 ] || echo "without a failure: status $status"
