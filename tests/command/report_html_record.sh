#!/bin/sh
# SPDX-License-Identifier: MIT
# report_html_record.sh BUILD: makes ./server of report_html_server.c, linked with the library, and
# records it, and once more when it makes more requests. Writes ./page.html, ./changed.html, which
# compares the two, and what they have to show: ./facts and ./facts-changed.
build=$(readlink -f "$1")
source=$(dirname "$(readlink -f "$0")")

record()
{
	"${CC:-gcc}" -std=c11 -O1 -g -fno-builtin -I"$source/../../include" "-DENTRIES=$2" \
		-o server "$source/report_html_server.c" \
		-L"$build" -lphaselock -Wl,-rpath,"$build" -pthread || exit
	"$build/phaselock" record --output="$1" -- ./server 2>said || { cat said; exit 1; }
}

report()
{
	"$build/phaselock" report "$@" || { echo "report $*: status $?"; exit 1; }
}

record old 1800
record now 1500
for run in now old; do
	report --format=json --output=$run.json $run
done
report --format=html --output=page.html now
report --format=html --output=changed.html --diff=old now
node "$build/html/tests/facts.mjs" now.json >facts || exit
node "$build/html/tests/facts.mjs" now.json old.json >facts-changed
