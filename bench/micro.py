# SPDX-License-Identifier: MIT
"""One kind of request in a loop: compares phaselock with each other allocator, all preloaded, in
the same rounds.
"""
from __future__ import annotations

import programs
import turns

MEANING = {
    "pair": "malloc of 64 bytes and its free",
    "mix": "1,024 live blocks of 16 to 1,040 bytes, one replaced",
    "handover": "allocated by one thread, freed by another",
    "grow": "realloc from 16 bytes to 1 MiB",
    "zeroed": "calloc and its free",
    "aligned": "aligned_alloc at 64 bytes and its free",
    "large": "16 live blocks of 64 KiB to 1 MiB, one replaced",
    "churn": "a thread made, ten pairs in it, joined",
}
BASELINES = ("jemalloc", "glibc", "mimalloc", "tcmalloc", programs.COUNTERS)
TARGETS = {
    ("pair", "jemalloc"): 1.08,
    ("pair", "glibc"): 0.85,
    ("mix", "jemalloc"): 0.97,
    ("mix", "glibc"): 0.85,
}  # with 1 and 2 threads
FEWEST = {"handover": 2}  # threads


def compare(bench, program: str, threads: int) -> None:
    name = f"{program}/{threads}"
    if not bench.wanted(name):
        return
    command = [bench.program(program), str(threads)]
    baselines = [other for other in BASELINES if bench.wanted(f"{name}/{other}")]
    runs = {
        allocator: lambda preload=bench.preload(allocator): programs.run(
            command, preload
        ).nanoseconds()
        for allocator in (programs.PHASELOCK, *baselines)
    }
    with programs.pinned(threads == 1):
        taken = turns.take(runs, bench.rounds)
    for other in baselines:
        target = TARGETS.get((program, other)) if threads <= 2 else None
        bench.add(
            turns.of_pairs(
                bench.part,
                f"{name}/{other}",
                other,
                taken[programs.PHASELOCK],
                taken[other],
                target=target,
                meaning=MEANING[program],
            )
        )


def measure(bench) -> None:
    for program in MEANING:
        for threads in (1, 2):
            if threads >= FEWEST.get(program, 1):
                compare(bench, program, threads)


def measure_more(bench) -> None:
    for program in MEANING:
        for threads in (4, 8):
            compare(bench, program, threads)
