#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: cmocka_blocks.sh BUILD GROUP OUTPUT
# Builds cmocka_blocks.c with CMocka alone and with <phaselock/cmocka.h>, with these fixtures of the
# group, runs both with that output of CMocka's, and prints in what status and text differ.
# Addresses and times do.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build() {
	# shellcheck disable=SC2086 # a list of words
	gcc -g "-DGROUP_SETUP=${2%,*}" "-DGROUP_TEARDOWN=${2#*,}" -I"$here/../../include" \
		"$here/cmocka_blocks.c" -o program $3 -lcmocka
	{ CMOCKA_MESSAGE_OUTPUT=$4 ./program 2>&1 || echo "status $?"; } |
		sed 's/0x[0-9a-f]*/0x/g; s/time="[^"]*"//' >"$1"
}
build alone "$2" -DALONE "$3"
build framed "$2" "$1/libphaselock-test.a $1/libphaselock.so -Wl,-rpath,$1" "$3"
grep -c "overruns" alone
diff alone framed && echo the same
