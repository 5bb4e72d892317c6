#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds other_header.c with headers of another version, and runs it with the libraries of a folder.
# Usage: other_header.sh SOURCE BUILD LIBRARIES STRUCTURE FIELDS. A field of +NUMBER is added, any
# other is dropped; for the structure "nothing" the headers are as they are.
set -eu
source=$1 build=$2 libraries=$3 structure=$4 fields=$5
if [ "$structure" = nothing ]; then
	cp -r "$source/include" include
else
	# shellcheck disable=SC2086 # several fields
	"$source/tests/command/header_of_other_version.py" "$source/include" include "$structure" \
		$fields
fi
for plugin in one two; do
	gcc -shared -fPIC -fno-builtin "$source/tests/behaviour/parts/plain_plugin.c" -o $plugin.so
done
# Frames of the program are in the call stacks, and each way to the heap is what it says.
gcc -std=c11 -O1 -Wall -Wextra -Werror -Wno-cast-function-type -fno-builtin -Iinclude \
	-DADDED="$(echo "$fields" | sed 's/^+//;t;s/.*/0/')" \
	"$source/tests/command/other_header.c" -o program \
	"$build/libphaselock-test.a" -Wl,--no-as-needed -L"$build" -lphaselock
PHASELOCK_OPTIONS=max_reports=0:stages=1 exec timeout -s KILL 10 env LD_LIBRARY_PATH="$libraries" \
	./program "$structure"
