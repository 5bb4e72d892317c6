#!/bin/sh
# SPDX-License-Identifier: MIT
# In the place of `phaselock symbolize`: does what $SYMBOLIZER says.
[ "$*" = symbolize ] || exit 3
[ -z "$LD_PRELOAD$LD_LIBRARY_PATH$PHASELOCK_OPTIONS$PHASELOCK_RUN_CHANNEL" ] || exit 4
case $SYMBOLIZER in
names) exec sed 's/^phaselock: violation/phaselock: named violation/' ;;
crashes) cat && kill -SEGV $$ ;;
fails) cat && exit 1 ;;
hangs) cat && sleep 60 ;;
closes) exec <&- && exit 0 ;;
drops) exec head -n 3 ;;
floods) exec cat /dev/zero 2>/dev/null ;;
*) exit 5 ;;
esac
