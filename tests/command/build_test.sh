#!/bin/sh
# SPDX-License-Identifier: MIT
# build_test.sh LANGUAGE BUILD [ARGUMENTS...]: builds cmocka_test.c as c or c++ to ./program, with
# libphaselock-test.a and without libphaselock, with further arguments for the compiler.
set -eu
here=$(dirname "$0")
language=$1 build=$2
shift 2
case $language in
c) compiler="${CC:-gcc} -std=c11" ;;
c++) compiler="${CXX:-g++} -std=c++17" ;;
*) exit 2 ;;
esac
# shellcheck disable=SC2086 # two words
$compiler -O2 -g -Wall -Wextra -Werror -fno-builtin-malloc -rdynamic -I"$here/../../include" \
	-o program \
	-x "$language" "$here/cmocka_test.c" -x none "$@" "$build/libphaselock-test.a" -lcmocka
