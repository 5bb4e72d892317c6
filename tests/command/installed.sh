#!/bin/sh
# SPDX-License-Identifier: MIT
# installed.sh LANGUAGE BUILD: installs what is built under ./root, builds cmocka_test.c as c or c++
# with the flags that pkg-config gives for phaselock-test and cmocka, and with no others of the
# kind; runs it with the installed library and command, and lists what is left under ./root after an
# uninstall.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
language=$1 build=$2
libdir=$(cat "$build/libdir") # the command has it built in: another one would build it again
compiler="${CC:-gcc} -std=c11"
[ "$language" = c ] || compiler="${CXX:-g++} -std=c++17"
root=$PWD/root

# Nothing is inherited from the make that runs the tests.
with_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$here/../.." \
		B="$build" DESTDIR="$root" PREFIX=/opt/phaselock LIBDIR="$libdir" "$1" >/dev/null
}

with_make install
of_testing='(phaselock-test\.(pc|3)|libphaselock-test\.a|phaselock\.hpp|assert\.h|cmocka\.h)$'
echo "installed: $(find root ! -type d | grep -cE "$of_testing")"

(cd root/opt/phaselock && ls share/bash-completion/completions/*)

# A prefix that the compiler knows, as /usr, is to be named as well: it is not the system's here.
export PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
flags=$(PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_PATH="$root$libdir/pkgconfig" \
	pkg-config --cflags --libs phaselock-test cmocka)
# shellcheck disable=SC2086 # lists of words
$compiler -O2 -g -Wall -Wextra -Werror -fno-builtin-malloc -o program -x "$language" \
	"$here/cmocka_test.c" -x none $flags
status=0
LD_LIBRARY_PATH="$root$libdir" PATH="$root/opt/phaselock/bin:$PATH" ./program || status=$?
echo "failed tests: $status"

with_make uninstall
echo "left: $(find root ! -type d | wc -l) files," \
	"$(find root -path '*/include/phaselock' | wc -l) folders"
