#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""profile_progress.py BUILD RECORD: a report that takes more than a second, as nobody reads what it
writes, with a terminal as its stderr and without one.
"""
from __future__ import annotations

import os
import pathlib
import pty
import select
import subprocess
import sys
import time

PHASELOCK, RECORD = os.path.abspath(sys.argv[1]) + "/phaselock", sys.argv[2]
SECONDS = 2.5


def run(stderr: int) -> None:
    """It writes more than a pipe holds."""
    command = [PHASELOCK, "report", "--format=json", *[RECORD] * 40]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr) as report:
        time.sleep(SECONDS)
        assert report.stdout is not None
        report.stdout.read()


terminal, other_end = pty.openpty()
run(other_end)
seen = ""
while select.select([terminal], [], [], 0.2)[0]:
    seen += os.read(terminal, 65536).decode()
if "phaselock report: writing, 1 s" not in seen or not seen.endswith("\r\x1b[K"):
    sys.exit(f"on a terminal: {seen!r}")
print("a terminal sees it, and it is taken away")
with open("stderr", "wb") as file:
    run(file.fileno())
if pathlib.Path("stderr").read_bytes():
    sys.exit("not on a terminal")
print("nobody else does")
