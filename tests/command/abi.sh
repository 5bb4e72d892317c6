#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds one source anew with a public structure that lost a field, puts it among the other objects
# of a build, as make does, and compares what comes out with the kept dump. Without FIELD the
# structure is whole. Usage: abi.sh SOURCE BUILD NAME FILE STRUCTURE [FIELD]
set -eu
source=$1 build=$2 name=$3 file=$4 structure=$5 field=${6-}
if [ -n "$field" ]; then
	"$source/tests/command/header_of_other_version.py" "$source/include" include "$structure" \
		"$field"
else
	cp -r "$source/include" include
fi
room=${file%%/*}
mkdir -p b "$(dirname "$file")"
cp -a "$build/$room" b/
# All that uses the field goes with it.
mkdir -p lib/thread
for one in "$file" lib/thread/flows.h; do
	sed "/\\b${field:-no_such_field}\\b/d" "$source/$one" >"$one"
done
gcc -std=c11 -O2 -g -fPIC -Iinclude -iquote lib -iquote "$source/lib" \
	-iquote "$source/testing" -c "$file" -o "b/${file%.c}.o"
# shellcheck disable=SC2046 # a list
case $room in
lib)
	gcc -shared -o "$name.so" -Wl,-soname,"$name.so.0" \
		-Wl,--version-script="$source/lib/entry/exports.map" \
		$(find b -name '*.o' |
		grep -vE '_(linked|zero|musl|system)\.o$') "$build/jemalloc.o" -lm
	library=$name.so
	;;
testing)
	ld -r -o one.o $(find b -name '*.o')
	objcopy --wildcard --keep-global-symbol='phaselock_*' one.o
	ar rcs "$name.a" one.o
	library=$name.a
	;;
esac
exec "$source/tools/check-abi" "$library" "$source/lib/abi/$name.abi"
