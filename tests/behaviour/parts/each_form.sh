#!/bin/sh
# SPDX-License-Identifier: MIT
# each_form.sh BUILD FORM SOURCE CASE...: builds a program of this folder in one form, and runs it
# once for each case, a word or several that are its arguments. FORM is linked, preloaded or static;
# linked-system or preloaded-system over the process's own allocator; or alone, without the library,
# which shows what is right. Says which case ended in another way than with 0, what it wrote, and
# how to run it again. A case that hangs is killed.
set -u

build=$1 form=$2 source=$3
here=$(cd "$(dirname "$0")/.." && pwd)
shift 3
library=phaselock preload='' libraries=''
case $form in
*-system) library=phaselock-system ;;
esac
case $form in
linked*) libraries="-L$build -Wl,-rpath,$build -Wl,--no-as-needed -l$library" ;;
preloaded*) preload=$build/lib$library.so ;;
static) libraries="-static -Wl,-u,malloc $build/libphaselock.a -lm" ;;
esac
[ "$form" != alone ] || export ALONE=1
# shellcheck disable=SC2086 # a list of words
build_it="gcc -std=gnu11 -g -O2 -fno-builtin-malloc -fno-builtin-free -pthread"
build_it="$build_it -I$here/../../include $here/$source -o program $libraries"
$build_it || exit 1
for case in "$@"; do
	# shellcheck disable=SC2086
	timeout -s KILL 10 env LD_PRELOAD="$preload" ./program $case >out 2>&1 &
	wait $!
	status=$?
	kill -s KILL -- -$! 2>/dev/null # children that hang: the group is of timeout's making
	[ $status != 0 ] || continue
	echo "$form, $case: expected status 0, got $status"
	cat out
	echo "    $build_it && timeout -s KILL 10 env LD_PRELOAD=$preload ./program $case"
done
