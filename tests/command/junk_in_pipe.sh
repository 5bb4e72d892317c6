#!/bin/sh
# SPDX-License-Identifier: MIT
# Under the command: writes something else than a report to the pipe of reports, and violates when
# that was found out.
pipe=$(grep -a -o '/proc/[0-9]*/fd/[0-9]*' "/proc/self/fd/${PHASELOCK_RUN_CHANNEL%%:*}")
echo 'this is junk, and longer than what stands before a report' >"$pipe"
while [ -e "$pipe" ]; do :; done
echo closed
exec ./act lock malloc
