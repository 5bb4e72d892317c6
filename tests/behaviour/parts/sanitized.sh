#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles a file of tests/behaviour as a user would, with the flags of a sanitizer and the library
# (shared, static or none), into the current folder, and becomes the program. Usage: sanitized.sh
# BUILD shared|static|none COMPILER FLAGS FILE [ARGUMENT...]; FILE is seen from tests/behaviour.
set -eu

build=$1 kind=$2 compiler=$3 flags=$4
here=$(dirname "$0")/..
file=$here/$5
shift 5

case $kind in
shared) library="-L$build -Wl,-rpath,$build -Wl,--no-as-needed -lphaselock -Wl,--as-needed" ;;
static) library="-Wl,-u,phaselock_armed $build/libphaselock.a -lm" ;;
none) library= ;;
esac
case $flags in
*-shared-libsan*) # clang does not say where the program finds the runtime
	library="$library -Wl,-rpath,$(dirname "$("$compiler" \
		-print-file-name=libclang_rt.asan-x86_64.so)")" ;;
esac
# shellcheck disable=SC2086 # lists of words
"$compiler" -O1 -g -fno-omit-frame-pointer -fno-builtin -I"$here/../../include" $flags "$file" \
	$library -pthread -o program
exec ./program "$@"
