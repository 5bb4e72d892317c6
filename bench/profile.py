#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What recording costs: CPU of all processes of a program plain, under `phaselock record`, and by
heaptrack, with its interpreter (as a user runs it) and without (--raw); the least of interleaved
runs. A line a program: seconds, what was added over heaptrack's and over --raw's.

bench/profile.py [--build BUILD] [--runs N] [PROGRAM...]
"""
from __future__ import annotations

import argparse
import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PR_SET_CHILD_SUBREAPER = 36
SQL = SOURCE / "bench" / "speed.sql"
JSON = (
    "import json\n"
    "x = [{'a': i, 'b': str(i) * 3, 'c': [i, i + 1]} for i in range(4000)]\n"
    "for k in range(3):\n"
    "    json.loads(json.dumps(x))\n"
)


def cpu(command: list[str], environment: dict[str, str], stdin: str) -> float:
    """User and system time of the command and all its descendants, orphans among them."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(stdin, os.O_RDONLY), 0)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.execvpe(command[0], command, {**os.environ, **environment})
    seconds = 0.0
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return seconds
        seconds += usage.ru_utime + usage.ru_stime


def programs(build: pathlib.Path, folder: pathlib.Path) -> dict[str, tuple[list[str], dict, str]]:
    """Name -> command, additions to the environment, and what it reads."""
    (folder / "work.py").write_text(JSON)
    found = {
        "mix": ([str(build / "bench/mix"), "1", "300000"], {}, os.devnull),
        "mix8": ([str(build / "bench/mix"), "8", "300000"], {}, os.devnull),
        "sqlite3": (["sqlite3", ":memory:"], {}, str(SQL)),
        "python3": (
            ["/usr/bin/python3", "-S", str(folder / "work.py")],
            {"PYTHONMALLOC": "malloc"},
            os.devnull,
        ),
        "perl": (
            ["perl", "-e", r"my %h; $h{$_ % 997} .= join ',', map {$_ * 2} 1..9 for 1..40000;"],
            {},
            os.devnull,
        ),
        "git": (["git", "-C", str(SOURCE), "log", "--stat", "-n", "60"], {}, os.devnull),
    }
    cc1 = subprocess.run(
        ["gcc", "-print-prog-name=cc1"], capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run(
        ["gcc", "-E", "-D_GNU_SOURCE", "-iquote", "lib", "-Iinclude", "lib/common/options.c"]
        + ["-o", str(folder / "cc1.i")],
        cwd=SOURCE,
        check=True,
    )
    found["cc1"] = (
        [cc1, "-quiet", "-O2", "-o", os.devnull, str(folder / "cc1.i")],
        {},
        os.devnull,
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("programs", nargs="*")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    print("program  plain  record  heaptrack  raw  record/heaptrack  added/heaptrack  added/raw")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        record = [str(options.build / "phaselock"), "record", "--symbolize=0", "--force"]
        ways = {
            "plain": [],
            "record": [*record, f"--output={folder}/record", "--"],
            "heaptrack": ["heaptrack", "-o", f"{folder}/heaptrack"],
            "raw": ["heaptrack", "--raw", "-o", f"{folder}/raw"],
        }
        for program, (command, more, stdin) in programs(options.build, folder).items():
            if options.programs and program not in options.programs:
                continue
            least: dict[str, float] = {}
            for _ in range(options.runs):
                for way, before in ways.items():
                    took = cpu([*before, *command], more, stdin)
                    least[way] = min(took, least.get(way, took))
            added = least["record"] - least["plain"]
            print(
                f"{program:8}",
                *(f"{least[way]:.3f}" for way in ways),
                f"{least['record'] / least['heaptrack']:.3f}",
                f"{added / (least['heaptrack'] - least['plain']):.3f}",
                f"{added / (least['raw'] - least['plain']):.3f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
