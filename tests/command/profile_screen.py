#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""profile_screen.py BUILD: makes a profile with many sites, has it shown in 80x24 in each way, and
holds what is there against what was put in.
"""
from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

PROGRAM = os.path.abspath(sys.argv[1]) + "/tests/command/profile_forms"
FAMILIES = 40  # functions, each with a site that asks while locked and one that does before


def check(real: object, wanted: object, what: str = "") -> None:
    if real != wanted:
        sys.exit(f"{what}\n  wanted: {wanted!r}\n  real:   {real!r}")


def write(name: str, first: int, factor: int = 1) -> None:
    """Function number n has n late requests, of which one is left, and 100 n before the lock."""
    lines = ["process\tapp\t10", "thread\t0\tworker\t12"]
    for n in range(first, FAMILIES + 1):
        late, early = factor * n, 100 * n
        lines.append(f"row\t1\t1\t{late}\t{late - 1}\txmalloc!app < late{n}!app < main!app")
        lines.append(f"row\t0\t0\t{early}\t{early - 1}\txmalloc!app < early{n}!app < main!app")
    pathlib.Path(name).write_text("\n".join(lines) + "\n")


def screen(*words: str) -> list[str]:
    done = subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()


def fits(lines: list[str]) -> None:
    check(len(lines) < 24, True, f"{len(lines)} lines")
    check(max(map(len, lines)) <= 80, True, "\n".join(lines))


write("model", 1)
LATE = sum(range(1, FAMILIES + 1))
lines = screen("screen-table", "model")
fits(lines)
late = f"while locked: {LATE} requests, 12.8 KiB, at {FAMILIES} sites"
check(lines[2].startswith(late), True, lines[2])
largest = " 40 x malloc 640 B late40 (app) late40.c:90"
check(re.sub(r" +", " ", lines[4]), largest, "the largest first")
[rest] = re.findall(r"  and (\d+) more, (\d+) x, ", lines[-1])
shown = sum(int(line.split()[0]) for line in lines[4:-1])
check((len(lines) - 5 + int(rest[0]), shown + int(rest[1])), (FAMILIES, LATE), "sums")

for order, first in (
    ("bytes", "early40"),
    ("count", "early40"),
    ("peak", "late40"),  # what is live, one block each: those born while locked first by their rows
    ("temporary", "early40"),
    ("leaked", "late"),
):
    lines = screen("screen-table", "model", order)
    fits(lines)
    if order != "peak":
        check(first in lines[4], True, f"{order}: {lines[4]}")

lines = screen("screen-tree", "model", "count")
fits(lines)
check(lines[4].split()[1:3], ["100.0%", "main"], lines[4])
check("early40" in lines[5] and "xmalloc" in lines[5], True, lines[5])
lines = screen("screen-callers", "model", "count")
fits(lines)
check(lines[4].split()[1:3], ["100.0%", "xmalloc"], lines[4])
check("early40 < main" in lines[5], True, lines[5])
full = screen("screen-full", "model", "late")
check(sum(line.startswith("      #2 main (app)") for line in full), FAMILIES, "whole stacks")

for by, first in (("3", "worker"), ("4", "app"), ("5", "while locked"), ("2", "app")):
    lines = screen("screen-table", "model", "late", by)
    fits(lines)
    check(first in lines[4] and lines[4].split()[0] == str(LATE), True, lines[4])

write("new", 3, 2)
lines = screen("screen-diff", "new", "late", "0", "model")
fits(lines)
check(lines[2], "sites by late: 0 new, 2 gone, 38 grown, 0 less")
check(re.sub(r" +", " ", lines[3]), " grown +40 malloc late40 (app) late40.c:86")
lines = screen("screen-diff", "model", "late", "0", "new")
check(lines[2], "sites by late: 2 new, 0 gone, 0 grown, 38 less")

pathlib.Path("init").write_text("process\tapp\t10\nrow\t0\t0\t5\t1\tload!app < main!app\n")
lines = screen("screen-table", "init")
check(lines[2], "the program never locked its heap: nothing is late")
check(lines[3], "by bytes asked for:")
print("screens: checked")
