#!/bin/sh
# SPDX-License-Identifier: MIT
# profile_report.sh BUILD: makes ./p of profile_report.c, and records two runs of it: ./old, and
# ./new with a site and 20 late requests more.
build=$(readlink -f "$1")
source=$(dirname "$(readlink -f "$0")")
"${CC:-gcc}" -std=c11 -O1 -g -fno-builtin -fno-optimize-sibling-calls -I"$source/../../include" \
	-o p "$source/profile_report.c" -L"$build" -lphaselock -Wl,-rpath,"$build" || exit
"$build/phaselock" record --output=old -- ./p late=10 2>said || cat said
"$build/phaselock" record --output=new -- ./p late=30 other 2>said || cat said
