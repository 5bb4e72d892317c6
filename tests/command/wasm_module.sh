#!/bin/sh
# SPDX-License-Identifier: MIT
# wasm_module.sh MODULE: what a module imports and exports, and which functions make its memory
# grow.
set -eu
names() {
	sort | tr '\n' ' ' | sed 's/ $//'
}
echo "imports: $(wasm-objdump -x -j Import "$1" | sed -n 's/.* <- //p' | names)"
echo "exports: $(wasm-objdump -x -j Export "$1" | sed -n 's/.* -> "\(.*\)"/\1/p' | names)"
wasm-objdump -d "$1" | awk '/^[0-9a-f]+ func/ { name = $3; gsub(/[<>:]/, "", name) }
	/memory\.grow/ { count++; where = where ", in " name }
	END { print "memory.grow: " count + 0 where }'
