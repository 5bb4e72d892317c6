#!/bin/sh
# SPDX-License-Identifier: MIT
# wasm_installed.sh BUILD: installs what is built under ./root and builds tests/wasm/cases.c with
# the installed guard.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# These are built in: with others it would be built again.
libdir=$(cat "$build/libdir") bindir=$(cat "$build/bindir")
guard=$PWD/root/opt/phaselock/share/phaselock/wasm

# Nothing is inherited from the make that runs the tests.
with_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$here/../.." \
		B="$build" DESTDIR="$PWD/root" PREFIX=/opt/phaselock LIBDIR="$libdir" \
		BINDIR="$bindir" "$1" >/dev/null
}

with_make install
clang --target=wasm32-wasi -O2 -c "$guard"/*.c "$here/../wasm/cases.c" "$here/../wasm/traps.c" \
	-I"$guard" -Iroot/opt/phaselock/include
clang --target=wasm32-wasi -mexec-model=reactor "@$guard/wrap.flags" ./*.o -o with.wasm
echo "with the flags: linked, imports of the guard:" \
	"$(wasm-objdump -x -j Import with.wasm | grep -c __real_ || :)"
rm cases.o traps.o

# A module that never asks whether the guard is armed: without the flags, and without one of them.
cat > short.c <<'END'
#include <phaselock/phaselock.h>
#include <stdlib.h>
__attribute__((export_name("short_life"))) void *short_life(void);
void *short_life(void)
{
	phaselock_lock_allocations();
	return malloc(1);
}
END
clang --target=wasm32-wasi -O2 -c short.c -Iroot/opt/phaselock/include
clang --target=wasm32-wasi -mexec-model=reactor "@$guard/wrap.flags" ./*.o -o short.wasm
! clang --target=wasm32-wasi -mexec-model=reactor ./*.o -o without.wasm 2>errors
echo "without the flags, missing: $(grep -o '__real_.*' errors | LC_ALL=C sort -u | tr '\n' ' ')"
for name in sbrk posix_memalign __libc_malloc; do
	grep -v "wrap=$name\$" "$guard/wrap.flags" > less.flags
	! clang --target=wasm32-wasi -mexec-model=reactor @less.flags ./*.o -o less.wasm 2>errors
	echo "without one of them, missing:" \
		"$(grep -o '__real_.*' errors | LC_ALL=C sort -u | tr '\n' ' ')"
done
with_make uninstall
echo "left: $(find root ! -type d | wc -l) files"
