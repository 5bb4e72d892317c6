#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of one operation of a program of bench/, by callgrind, and compares them
with bench/instructions.budget.

A program runs with N operations and with 2N; the difference is N operations, without start and end.
The budget counts only what the library's own functions execute, recognized by their source files:
jemalloc, libc and libgcc's unwinder are the distribution's and change without us. The compiler
still matters: another release of it may need another budget.

The counts are exact: the programs have fixed seeds, valgrind lays out the address space and hides
the vDSO, the environment is empty, and one thread runs. It needs valgrind and a library with debug
information (make's default).
"""
from __future__ import annotations

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import programs
import turns

HERE = pathlib.Path(__file__).resolve().parent
BUDGET = HERE / "instructions.budget"
SLACK = (
    2  # how far a count may be below its budget, so that a compiler's patch release needs no commit
)

# name -> program, operations, options of the library
OPERATIONS = {
    "pair": ("pair", 10000, ""),
    "mix": ("mix", 10000, ""),
    "violation": ("violate", 500, "lock=main:policy=allow:max_reports=0"),
}


class Unusable(Exception):
    """Nothing can be counted."""


def own_cost(text: str, library: str) -> tuple[int, int]:
    """From an output of callgrind: the instructions in functions compiled from files of lib/, and
    all instructions.
    """
    names: dict[str, str] = {}
    mine = total = 0
    module = file = ""
    skip = False
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key in ("ob", "cob", "fl", "fi", "fe", "cfi", "cfl"):
            number, _, name = value.partition(" ")
            group = (
                "ob" if key.endswith("ob") else "fl"
            )  # all kinds of lines share one numbering of files
            if name:
                names[group + number] = name
            if key == "ob":
                module = names[group + number]
            elif key == "fl":
                file = names[group + number]
        elif key == "calls":
            skip = True  # the next line is the cost of the called function
        elif re.match(r"[0-9+*-]", line):
            cost = 0 if skip else int(line.split()[1])
            skip = False
            total += cost
            if module == library and pathlib.PurePath(file).parent.parent.name == "lib":
                mine += cost
    return mine, total


def run(program: pathlib.Path, operations: int, preload: str, options: str) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "callgrind.out"
        # The library must not be preloaded into the command that starts valgrind.
        environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C",
            "LD_PRELOAD": preload,
            "PHASELOCK_OPTIONS": options,
        }
        process = subprocess.run(
            [
                "valgrind",
                "--tool=callgrind",
                f"--callgrind-out-file={out}",
                str(program),
                "1",
                str(operations),
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode != 0 or not out.exists():
            raise Unusable(
                f"{program} under valgrind ended with {process.returncode}: "
                f"{process.stderr.strip()[-300:]}"
            )
        return own_cost(out.read_text(), preload)


def count(build: pathlib.Path, name: str, preload: str) -> tuple[float, float]:
    """Instructions for one operation: in the library's functions, and in all."""
    programs.require_loaded(preload)
    program, operations, options = OPERATIONS[name]
    once = run(build / "bench" / program, operations, preload, options)
    twice = run(build / "bench" / program, 2 * operations, preload, options)
    return (twice[0] - once[0]) / operations, (twice[1] - once[1]) / operations


def count_ours(build: pathlib.Path, name: str, library: pathlib.Path) -> tuple[float, float]:
    if not library.exists():
        raise Unusable(f"{library} is not there")
    mine, total = count(build, name, str(library.resolve()))
    if mine <= 0:
        raise Unusable(
            f"{library} has no debug information of lib/: its instructions cannot be told from "
            f"jemalloc's"
        )
    return mine, total


def read_budget(path: pathlib.Path) -> dict[str, float]:
    budget = {}
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if (
            len(words) != 2
            or words[0] not in OPERATIONS
            or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", words[1])
        ):
            raise Unusable(f"{path}:{number}: a line is one of {' '.join(OPERATIONS)} and a number")
        budget[words[0]] = float(words[1])
    for name in OPERATIONS:
        if name not in budget:
            raise Unusable(f"{path}: no budget for {name}")
    return budget


def check(build: pathlib.Path, path: pathlib.Path, names: list[str]) -> int:
    budget, status = read_budget(path), 0
    for name in names:
        mine, _ = count_ours(build, name, build / "libphaselock.so")
        print(f"{name:10} {mine:10.2f} of {budget[name]:.2f} instructions", flush=True)
        if mine > budget[name] + 0.005:
            print(
                f"instructions: {name} grew to {mine:.2f}, and {budget[name]:.10g} are allowed. If "
                f"that is meant, say why in "
                f"the commit that changes {path.name}",
                file=sys.stderr,
            )
            status = 1
        elif mine < budget[name] - SLACK:
            print(
                f"instructions: {name} is down to {mine:.2f}: lower its line in {path.name} from "
                f"{budget[name]:.10g}, so that "
                f"it stays there",
                file=sys.stderr,
            )
            status = 1
    return status


MEANING = {
    "pair": "a pair of malloc and free",
    "mix": "one replacement of the random mix",
    "violation": "a violation at a known site of 16 frames, and the free of its block",
}
ADDED_TARGET = 10  # docs/performance.md: instructions added to a pair


def measure(bench) -> None:
    """For bench/run.py: numbers of instructions instead of ratios, since they are exact."""
    budget = read_budget(BUDGET)
    for name in OPERATIONS:
        if not bench.wanted(f"instructions/{name}"):
            continue
        mine, total = count_ours(bench.build, name, bench.build / "libphaselock.so")
        _, stock = count(bench.build, name, bench.preload("jemalloc"))
        if name == "pair":
            bench.add(
                turns.of_ratios(
                    bench.part,
                    f"instructions/{name}/added",
                    f"{ADDED_TARGET}",
                    [mine / ADDED_TARGET],
                    target=1,
                    exact=True,
                    meaning=f"{MEANING[name]}: {mine:.2f} instructions in lib/ are added",
                )
            )
        bench.add(
            turns.of_ratios(
                bench.part,
                f"instructions/{name}/budget",
                f"{budget[name]:.10g}",
                [mine / budget[name]],
                target=1,
                exact=True,
                meaning=f"{MEANING[name]}: {mine:.2f} instructions in lib/",
            )
        )
        if name != "violation":
            bench.add(
                turns.of_pairs(
                    bench.part,
                    f"instructions/{name}/all",
                    "jemalloc",
                    [total],
                    [stock],
                    meaning=f"{MEANING[name]}: all of the program's instructions",
                )
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("--budget", default=BUDGET, type=pathlib.Path)
    parser.add_argument(
        "--only",
        choices=tuple(OPERATIONS),
        action="append",
        help="one operation; may be given again",
    )
    arguments = parser.parse_args()
    try:
        return check(
            arguments.build.resolve(), arguments.budget, arguments.only or list(OPERATIONS)
        )
    except (Unusable, programs.Failed, OSError) as why:
        print(f"instructions: {why}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
