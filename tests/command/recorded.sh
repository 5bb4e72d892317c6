#!/bin/sh
# SPDX-License-Identifier: MIT
# recorded.sh BUILD OPTIONS -- WORDS...: makes ./recorded of recorded.c, linked with the library,
# records what it does by WORDS, and prints the status and the figures of ./r. What the command
# says is in ./said.
build=$(readlink -f "$1")
source=$(dirname "$(readlink -f "$0")")
shift
"${CC:-gcc}" -std=c11 -O1 -g -fno-builtin -I"$source/../../include" -o recorded \
	"$source/recorded.c" -L"$build" -lphaselock -Wl,-rpath,"$build" -pthread -ldl || exit
options=
while test "$1" != --; do
	options="$options $1"
	shift
done
shift
# shellcheck disable=SC2086 # words
"$build/phaselock" record $options --force --output=r -- ./recorded "$@" 2>said
echo "status $?"
python3 -B "$source/profile_figures.py" r $FIGURES
