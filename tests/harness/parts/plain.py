#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Copies stdin to stdout if it is lines of plain text: UTF-8 without characters that control, hide
or turn around, but for tabs, and no line that begins as one of the command; else says what is
wrong.
"""
import sys

text = sys.stdin.buffer.read().decode("utf-8")
for line in text.split("\n"):
    for c in line:
        if c != "\t" and not c.isprintable():
            sys.exit(f"U+{ord(c):04X} in {line!r}")
    if line.startswith("phaselock run:"):
        sys.exit(f"forged: {line!r}")
sys.stdout.write(text)
