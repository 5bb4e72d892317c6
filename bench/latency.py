# SPDX-License-Identifier: MIT
"""The distribution of the times of single calls, by bench/latency.c; ratios within a process.

A call with a counterpart outside of the locked phase is compared with the same percentile of it;
any other with the median of a malloc in INIT. First the median of two readings of the clock, which
each time contains, is subtracted. What is left of a request is some twenty ticks, counted in steps
of two, so these medians are not exact to the percent.
"""
from __future__ import annotations

import programs
import turns

PERCENTILES = ("p50", "p99", "p99.99", "worst")
REPEATS = {"requests": 31, "lock": 11}  # processes; fewer if fewer rounds are asked for
STATS_THREADS = (1, 64, 1000)


def times(bench, arguments: list[str]) -> dict[str, list[float]]:
    """Name -> ticks at each percentile, less those of the clock, at least one."""
    lines = [
        line.split()
        for line in programs.run([bench.program("latency"), *arguments]).output.splitlines()
    ]
    table = {name: [float(value) for value in values] for name, *values in lines}
    clock = table["clock"][0]
    return {name: [max(value - clock, 1.0) for value in values] for name, values in table.items()}


def compare(
    bench,
    taken: list[dict[str, list[float]]],
    name: str,
    ours: str,
    theirs: str | None,
    meaning: str,
) -> None:
    """Without theirs: compares with the median of malloc."""
    for place, percentile in enumerate(PERCENTILES):
        ratios = [
            table[ours][place] / (table[theirs][place] if theirs else table["malloc"][0])
            for table in taken
        ]
        against = f"{theirs}, {percentile}" if theirs else "malloc, p50"
        bench.add(
            turns.of_ratios(bench.part, f"{name}/{percentile}", against, ratios, meaning=meaning)
        )


def measure(bench) -> None:
    if any(bench.wanted(f"latency/{name}") for name in ("plain", "permitted", "free")):
        taken = [times(bench, ["requests"]) for _ in range(min(bench.rounds, REPEATS["requests"]))]
        compare(
            bench,
            taken,
            "latency/plain",
            "malloc",
            None,
            "a malloc in INIT: how far a percentile lies from the median",
        )
        compare(
            bench,
            taken,
            "latency/permitted",
            "locked-malloc",
            "malloc",
            "a malloc in a permit scope of a locked phase",
        )
        compare(bench, taken, "latency/free", "locked-free", "free", "a free in a locked phase")
    for threads in STATS_THREADS:
        if bench.wanted(f"latency/get_stats/{threads}"):
            taken = [
                times(bench, ["stats", str(threads)])
                for _ in range(min(bench.rounds, REPEATS["requests"]))
            ]
            compare(
                bench,
                taken,
                f"latency/get_stats/{threads}",
                "get_stats",
                None,
                f"get_stats() with {threads} threads",
            )
    if any(bench.wanted(f"latency/{name}") for name in ("lock", "unlock")):
        taken = [times(bench, ["lock"]) for _ in range(min(bench.rounds, REPEATS["lock"]))]
        compare(
            bench,
            taken,
            "latency/lock",
            "lock",
            None,
            "lock_allocations() while 64 threads make requests",
        )
        compare(
            bench,
            taken,
            "latency/unlock",
            "unlock",
            None,
            "unlock_allocations() while 64 threads make requests",
        )
