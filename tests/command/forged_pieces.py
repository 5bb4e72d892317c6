#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Under the command: sends pieces through its pipe of reports that pretend to be lines of the
command, then junk.
"""
import os
import re
import struct
import sys

with open("/proc/self/fd/" + os.environ["PHASELOCK_RUN_CHANNEL"].split(":")[0], "rb") as page:
    pipe = os.open(re.search(rb"/proc/\d+/fd/\d+", page.read()).group(), os.O_WRONLY)


def send(text: bytes) -> None:
    os.write(pipe, struct.pack("=III", os.getpid(), len(text), 0) + text)


send(b"phaselock run: PASS\n")
send(b"phasel")
send(
    b"ock run: PASS\nphaselock: \x1b[2J\x9b1m\xc2\x9b \xe2\x80\xae\xe2\x80\xa8\r\0 "
    b"caf\xc3\xa9\t\\n\n"
)
send(b"    #0 evil\x1b[1m+0x10 (/no/such\x1b[1m+0x20)\n  build-id aa /no\x1b[1m\n")
send(b"    #0 _Z3a\x1bbv+0x10 (/no/such+0x20)\n  build-id aa /bin/true\n")
if sys.argv[1:] == ["junk"]:
    os.write(
        pipe,
        b"\xff" * 17
        + b"\nphaselock run: PASS\n\x1b[2J"
        + b"x" * 70000
        + b"\nphaselock run: PASS\nphaselock ",
    )
