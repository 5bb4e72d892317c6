#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: same_output.sh LIBRARY PROGRAM FOLDER
# Lets a program that nobody here wrote do a real task, without the library and with it preloaded,
# and compares all that it printed or made. The statistics that the library prints at exit prove
# that it was there.
set -eu
library=$1
program=$2
folder=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
export LC_ALL=C GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null

task_python3() {
	python3 -c '
import json, re, threading, zlib
words = re.findall(r"[a-z]+", open("'"$root"'/docs/requirements.md").read().lower())
counts = {word: words.count(word) for word in set(words)}
packed = zlib.compress(json.dumps(counts, sort_keys=True).encode())
results = [0] * 8
def work(i): results[i] = sum(len(str(n ** i)) for n in range(2000))
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(zlib.crc32(zlib.decompress(packed)), results)'
}

task_perl() {
	perl -ne '$n{lc $_}++ for /\w+/g;
		END { print "$_ $n{$_}\n" for sort { $n{$b} <=> $n{$a} || $a cmp $b } keys %n }' \
		"$root/docs/requirements.md" "$root/include/phaselock/phaselock.h"
}

task_git() {
	export GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z
	git init -q -b main repository
	cp -R "$root/lib" repository/
	git -C repository add .
	git -C repository -c user.name=a -c user.email=a@b commit -q -m first
	git -C repository gc -q
	git -C repository fsck --full
	git -C repository log --stat --format='%H %s'
	git -C repository grep -c static
}

task_bash() {
	bash -c '
declare -A squares
for ((i = 0; i < 3000; i++)); do squares[$i]=$((i * i)); text+="$i "; done
for key in "${!squares[@]}"; do ((sum += squares[$key])); done
echo "$sum ${#text} ${text//1/one}" | tr " " "\n" | sort | uniq -c | tail -20
(exit 3) || echo "status $?"'
}

task_sqlite3() {
	sqlite3 :memory: "create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
insert into t select i, printf('%05d-%s', i * 7919 % 20011, hex(i)) from n;
create index tb on t(b);
select count(*), sum(length(b)), min(b), max(b) from t;
select substr(b, 1, 2), count(*), group_concat(a) from t group by 1 order by 2 desc, 1 limit 5;"
}

task_gcc() {
	gcc -std=c11 -O2 -I"$root/include" -iquote "$root/lib" -S -o - "$root/lib/common/options.c"
	gcc -std=c11 -O2 -I"$root/include" -iquote "$root/lib" -c -o options.o \
		"$root/lib/common/options.c"
	sha256sum options.o
}

task_cmake() {
	mkdir -p project
	printf 'int main(void)\n{\n\treturn 0;\n}\n' >project/main.c
	printf '%s\n' 'cmake_minimum_required(VERSION 3.18)' 'project(p C)' \
		'add_executable(p main.c)' 'include(CTest)' 'add_test(p p)' \
		>project/CMakeLists.txt
	cmake -S project -B made -DCMAKE_BUILD_TYPE=Release
	cmake --build made
	(cd made && ctest) | grep -v 'sec$'
}

run() { # run PRELOAD OPTIONS: the same folder name each time, since programs print it
	rm -rf "$folder/work"
	mkdir "$folder/work"
	(cd "$folder/work" && LD_PRELOAD=$1 PHASELOCK_OPTIONS=$2 &&
		export LD_PRELOAD PHASELOCK_OPTIONS && "task_$program") 2>&1
}

run "" "" >"$folder/plain"
run "$library" "stats=1:report=$folder/report.%p" >"$folder/guarded"
[ -s "$folder/plain" ] || { echo "$program printed nothing"; exit 1; }
diff "$folder/plain" "$folder/guarded"
grep -hq '^phaselock: allocations: [1-9]' "$folder"/report.* ||
	{ echo "the library was not there"; exit 1; }
echo same
