#!/bin/sh
# SPDX-License-Identifier: MIT
# installed_command.sh BUILD: builds libphaselock-test as for an installation under ./opt, with the
# command there, and shows what a failing test says with a PATH that does not have it: run alone, by
# CTest, with the command of PATH, with the one of the environment, and without any.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
own=$PWD

# Nothing is inherited from the make that runs the tests.
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$here/../.." \
	B="$own/build" PREFIX="$own/opt" "$own/build/libphaselock-test.a" >/dev/null
"${CC:-gcc}" -std=c11 -g -fno-builtin-malloc -I"$here/../../include" -o program \
	"$here/cmocka_test.c" build/libphaselock-test.a -L"$build" -Wl,-rpath,"$build" \
	-Wl,--no-as-needed -lphaselock -lcmocka
mkdir -p opt/bin elsewhere
ln -s "$build/phaselock" opt/bin/phaselock
printf '#!/bin/sh\ncat >/dev/null; echo "asserted by the one of PATH"\n' > elsewhere/phaselock
chmod +x elsewhere/phaselock
printf 'add_test(heap "%s/program")\n' "$own" > CTestTestfile.cmake
ctest=$(command -v ctest)

export PATH=/usr/bin:/bin CMOCKA_MESSAGE_OUTPUT=tap
unset PHASELOCK_COMMAND
say() {
	echo "$1: $(sed -n 's/^\([0-9]*: \)*//; /^# asserted/,/#0/p' |
		sed -n 's/.*#0 request[^ ]* //p; s/.*asserted by/by/p' | sed 's|.*/||')"
}
./program | say alone
"$ctest" -V 2>&1 | say CTest
PATH="$own/elsewhere:$PATH" ./program | say PATH
PHASELOCK_COMMAND="$own/elsewhere/phaselock" ./program | say environment
PHASELOCK_COMMAND=none ./program | say none
rm opt/bin/phaselock
./program | say "not there"
