# SPDX-License-Identifier: MIT
"""What a violation costs: bench/violation.c measures both figures of a pair in turns within one
process; bench/symbols.c times new sites; bench/unwind.c times walks over call stacks.
"""
from __future__ import annotations

import programs
import turns

# name, argument of bench/violation.c, processes, what the other figure is, what it means
PAIRS = [
    (
        "violation/repeated",
        "unwind",
        3,
        "_Unwind_Backtrace",
        "a known site of 16 frames, against one walk of libgcc's over these frames",
    ),
    (
        "violation/repeated-or-first",
        "first",
        31,
        "first of a site",
        "a known site against a new one, whose report is written",
    ),
    (
        "violation/8-threads-or-1",
        "flood",
        11,
        "one thread",
        "one of eight threads that make violations, against one alone",
    ),
]
TARGET_NS = 3000
NEW_SITE_NS = 50000
WALKS = (16, 64)  # frames
DEPTHS = (10, 100, 10000)  # of bench/symbols.c


def costs(bench, what: str, processes: int) -> tuple[list[float], list[float]]:
    """The reports are made but go nowhere."""
    options = {"PHASELOCK_OPTIONS": "policy=allow:max_reports=1024"}
    lines = [
        line.split()
        for _ in range(processes)
        for line in programs.run(
            [bench.program("violation"), what], more=options
        ).output.splitlines()
    ]
    return [float(ours) for ours, _ in lines], [float(theirs) for _, theirs in lines]


def new_sites(bench, program: str, frames: int) -> list[list[float]]:
    """For each depth, the nanoseconds of each process."""
    options = {"PHASELOCK_OPTIONS": f"policy=allow:max_reports=1024:frames={frames}"}
    runs = [
        programs.run([bench.program(program)], more=options).output.split()
        for _ in range(min(bench.rounds, 11))
    ]
    return [[float(run[depth]) for run in runs] for depth in range(len(DEPTHS))]


def measure_new_sites(bench) -> None:
    for program, frames in (("symbols", 16), ("symbols", 32), ("symbols-exported", 32)):
        name = f"violation/new/{program}/{frames}-frames"
        if not bench.wanted(name):
            continue
        for depth, spent in zip(DEPTHS, new_sites(bench, program, frames), strict=True):
            bench.add(
                turns.of_ratios(
                    bench.part,
                    f"{name}/{depth}",
                    "50 us",
                    [value / NEW_SITE_NS for value in spent],
                    target=1,
                    meaning=f"a new site below {depth} calls, report included, in a program of "
                    f"10^5 functions",
                )
            )


def measure_walks(bench) -> None:
    for frames in WALKS:
        name = f"violation/unwind/{frames}-frames"
        if not bench.wanted(name):
            continue
        walks = [
            [float(figure) for figure in line.split()]
            for _ in range(min(bench.rounds, 3))
            for line in programs.run([bench.program("unwind"), str(frames)]).output.splitlines()
        ]
        quick, tables, libgcc = (list(figures) for figures in zip(*walks, strict=True))
        for way, ours, meaning in (
            ("", quick, f"a frame of a walk over {frames}, against one of libgcc's"),
            ("/by-tables", tables, "the same without remembered rules"),
        ):
            bench.add(
                turns.of_pairs(
                    bench.part, f"{name}{way}", "_Unwind_Backtrace", ours, libgcc, meaning=meaning
                )
            )


def measure(bench) -> None:
    measure_new_sites(bench)
    measure_walks(bench)
    for name, what, processes, against, meaning in PAIRS:
        if not bench.wanted(name) and not (what == "unwind" and bench.wanted("violation/reported")):
            continue
        ours, theirs = costs(bench, what, min(bench.rounds, processes))
        bench.add(turns.of_pairs(bench.part, name, against, ours, theirs, meaning=meaning))
        if what == "unwind":
            bench.add(
                turns.of_ratios(
                    bench.part,
                    "violation/reported",
                    "3 us",
                    [value / TARGET_NS for value in ours],
                    target=1,
                    meaning="a known site of 16 frames, on this machine",
                )
            )
