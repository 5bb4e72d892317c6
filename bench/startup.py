# SPDX-License-Identifier: MIT
"""What a start costs: /bin/true with the library preloaded, against jemalloc preloaded."""
from __future__ import annotations

import programs
import turns

STARTS = 20  # in one run
TARGET = 0.001  # seconds that one start may take more


def start(preload: str) -> float:
    return (
        sum(programs.run(["/bin/true"], preload, keep=False).seconds for _ in range(STARTS))
        / STARTS
    )


def measure(bench) -> None:
    if not bench.wanted("startup"):
        return
    runs = {
        allocator: lambda preload=bench.preload(allocator): start(preload)
        for allocator in (programs.PHASELOCK, "jemalloc")
    }
    with programs.pinned(True):
        taken = turns.take(runs, bench.rounds)
    ours, theirs = taken[programs.PHASELOCK], taken["jemalloc"]
    bench.add(
        turns.of_pairs(
            bench.part,
            "startup/true",
            "jemalloc",
            ours,
            theirs,
            meaning="/bin/true, from fork to its end",
        )
    )
    bench.add(
        turns.of_ratios(
            bench.part,
            "startup/added",
            "1 ms",
            [(a - b) / TARGET for a, b in zip(ours, theirs)],
            target=1,
            meaning="what the start takes longer than with jemalloc",
        )
    )
