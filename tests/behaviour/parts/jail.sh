#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a program in a folder with a symbolizer, folder/phaselock; a forger of the same name lies in
# other, and in jail at the path of the symbolizer.
set -e
parts=$(dirname "$0")
umask 022
chmod 755 .
mkdir -p folder other "jail/$PWD/folder"
cp "$parts/symbolizer.sh" folder/phaselock
gcc -static "$parts/forger.c" -o other/phaselock
cp other/phaselock "jail/$PWD/folder"
exec "$@"
