#!/bin/sh
# SPDX-License-Identifier: MIT
# installed.sh LANGUAGE BUILD: installs what is built under ./root, builds cmocka_test.c as c or c++
# with the flags that pkg-config gives for phaselock-test and cmocka, and with no others of the
# kind; runs it with the installed library and command, builds and runs installed examples of the
# language likewise, and lists what is left under ./root after an uninstall.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
language=$1 build=$2
# These are built in: with others it would be built again.
libdir=$(cat "$build/libdir") bindir=$(cat "$build/bindir")
compiler="${CC:-gcc} -std=c11"
[ "$language" = c ] || compiler="${CXX:-g++} -std=c++17"
root=$PWD/root

# Nothing is inherited from the make that runs the tests.
with_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$here/../.." \
		B="$build" DESTDIR="$root" PREFIX=/opt/phaselock LIBDIR="$libdir" \
		BINDIR="$bindir" "$1" >/dev/null
}

with_make install
of_testing='(phaselock-test\.(pc|3)|libphaselock-test\.a|phaselock\.hpp|(assert|cmocka|gtest)\.h)$'
echo "installed: $(find root ! -type d | grep -cE "$of_testing")"

(cd root/opt/phaselock && ls share/bash-completion/completions/*)

# A prefix that the compiler knows, as /usr, is to be named as well: it is not the system's here.
export PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
with_pkg_config() {
	PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_PATH="$root$libdir/pkgconfig" pkg-config "$@"
}
flags=$(with_pkg_config --cflags --libs phaselock-test cmocka)
# shellcheck disable=SC2086 # lists of words
$compiler -O2 -g -Wall -Wextra -Werror -fno-builtin-malloc -o program -x "$language" \
	"$here/cmocka_test.c" -x none $flags
status=0
LD_LIBRARY_PATH="$root$libdir" PATH="$root$bindir:$PATH" ./program || status=$?
echo "failed tests: $status"

doc=$root/opt/phaselock/share/doc/phaselock
of_readme='(docs|examples)/[a-z_/.-]+\.(md|c|cc|h)'
for file in $(grep -oE "$of_readme" "$doc/README.md" | sort -u); do
	test -f "$doc/$file" || echo "README.md names $file, which is not installed"
done
# example PACKAGES FILE... : builds it of the installed files, and says with what status it ends.
example() {
	packages=$1 name=$2
	shift
	# shellcheck disable=SC2046,SC2086
	(cd "$doc/examples" && $compiler -O2 -g -rdynamic -o "$OLDPWD/example" "$@" \
		$(with_pkg_config --cflags --libs $packages) -lhttp_parser)
	status=0
	# shellcheck disable=SC2086
	LD_LIBRARY_PATH="$root$libdir" ./example $arguments >/dev/null 2>&1 || status=$?
	printf ' %s:%s' "$name" "$status"
}
printf examples:
arguments=
if [ "$language" = c ]; then
	example phaselock ten_lines.c
	example "phaselock-test cmocka" cmocka/test_parser.c request_counter.c
	example phaselock-test frameworks/plain.c request_counter.c
	arguments=$(echo "$doc"/examples/data/*.http)
	example phaselock quickstart.c request_counter.c
else
	${CC:-gcc} -std=c11 -c "$doc/examples/request_counter.c" -o counter.o
	example "phaselock-test gtest" frameworks/googletest.cc "$PWD/counter.o"
fi
echo

with_make uninstall
echo "left: $(find root ! -type d | wc -l) files," \
	"$(find root -path '*/include/phaselock' -o -path '*/doc/phaselock' | wc -l) folders"
