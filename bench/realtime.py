# SPDX-License-Identifier: MIT
"""The longest waits of a real-time program: lock_allocations() under loads that hold locks, and a
thread's first malloc.

Each figure is the worst of a process. Ratios are within a process (bench/promise.c) or within a
round (bench/first.c).
"""
from __future__ import annotations

import programs
import turns

REPEATS = 7  # processes; fewer if fewer rounds are asked for
TARGET = 2.0
LOADS = {
    "forks": "the worst of 10,000, while another thread forks with 1 GiB resident",
    "threads": "the worst of 10,000, while 64 threads make requests",
    "priorities": "the worst of 10,000 by the highest of three real-time priorities on one "
    "processor, the lowest of which sums",
}


def worst(bench, load: str) -> list[float]:
    """The worst of lock_allocations(), of membarrier(2), and of an exchange and membarrier(2)."""
    return [float(word) for word in programs.run([bench.program("promise"), load]).output.split()]


def measure(bench) -> None:
    rounds = min(bench.rounds, REPEATS)
    for load, meaning in LOADS.items():
        if bench.wanted(f"realtime/lock/{load}"):
            ours, barrier, exchange = zip(*[worst(bench, load) for _ in range(rounds)])
            # A store waits for the fork of another thread, a barrier does not: decision 0027.
            target = None if load == "forks" else TARGET
            bench.add(
                turns.of_pairs(
                    bench.part,
                    f"realtime/lock/{load}",
                    "membarrier, worst",
                    ours,
                    barrier,
                    target=target,
                    meaning=meaning,
                )
            )
            bench.add(
                turns.of_pairs(
                    bench.part,
                    f"realtime/lock/{load}/exchange",
                    "exchange + membarrier",
                    ours,
                    exchange,
                    target=TARGET,
                    meaning="the same against an exchange of a word on a page of its own, and "
                    "membarrier",
                )
            )
    if bench.wanted("realtime/first"):
        runs = {
            allocator: lambda preload=bench.preload(allocator): programs.run(
                [bench.program("first")], preload
            ).nanoseconds()
            for allocator in (programs.PHASELOCK, "jemalloc")
        }
        taken = turns.take(runs, rounds)
        bench.add(
            turns.of_pairs(
                bench.part,
                "realtime/first",
                "jemalloc, longest",
                taken[programs.PHASELOCK],
                taken["jemalloc"],
                target=TARGET,
                meaning="the longest first malloc of 20 threads, with mlockall(MCL_FUTURE)",
            )
        )
