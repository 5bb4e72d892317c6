# SPDX-License-Identifier: MIT
"""What the library adds to the size of a process: runs bench/memory.c with it and with stock
jemalloc, and compares the difference with the allowance.

There are two sizes: resident memory, which includes pages of files that all processes share; and
the memory that the process has written, which no other process can share.
"""
from __future__ import annotations

import statistics

import programs
import turns

ROUNDS = 15
REST_KIB, THREAD_KIB = 64, 0.5  # allowed
SITE_KIB = 1
OPTIONS = {"PHASELOCK_OPTIONS": "lock=main:policy=allow:max_reports=0"}
THREADS, SITES = 1000, 1000


def size(
    bench, allocator: str, threads: int, sites: int, more: dict[str, str] | None = None
) -> list[float]:
    command = [bench.program("memory"), str(threads), str(sites)]
    return [
        float(value)
        for value in programs.run(command, bench.preload(allocator), more).output.split()
    ]


def add(
    bench, name: str, unit_kib: float, added_kib: list[float], meaning: str, target: float | None
) -> None:
    said = f"{meaning}: {statistics.median(added_kib):.2f} KiB"
    bench.add(
        turns.of_ratios(
            bench.part,
            name,
            f"{unit_kib:g} KiB",
            [kib / unit_kib for kib in added_kib],
            target=target,
            meaning=said,
        )
    )


def measure(bench) -> None:
    if not bench.wanted("memory"):
        return
    runs = {
        "rest": lambda: size(bench, programs.PHASELOCK, 0, 0),
        "rest-stock": lambda: size(bench, "jemalloc", 0, 0),
        "threads": lambda: size(bench, programs.PHASELOCK, THREADS, 0),
        "threads-stock": lambda: size(bench, "jemalloc", THREADS, 0),
        "site": lambda: size(bench, programs.PHASELOCK, 0, 0, OPTIONS),
        "sites": lambda: size(bench, programs.PHASELOCK, 0, SITES, OPTIONS),
    }
    taken = turns.take(runs, min(bench.rounds, ROUNDS))
    for place, what in enumerate(("resident", "written")):
        column = {name: [values[place] for values in rows] for name, rows in taken.items()}
        rest = [ours - theirs for ours, theirs in zip(column["rest"], column["rest-stock"])]
        thread = [
            (many - stock - few) / THREADS
            for many, stock, few in zip(column["threads"], column["threads-stock"], rest)
        ]
        site = [(many - one) / SITES for many, one in zip(column["sites"], column["site"])]
        add(bench, f"memory/{what}/rest", REST_KIB, rest, "at rest, over jemalloc", 1)
        add(bench, f"memory/{what}/thread", THREAD_KIB, thread, "for one thread, over jemalloc", 1)
        add(bench, f"memory/{what}/site", SITE_KIB, site, "for one distinct site", None)
