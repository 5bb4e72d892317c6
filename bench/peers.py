# SPDX-License-Identifier: MIT
"""Other tools at the same work: runs the random mix plain and under each tool; time and largest
size are ratios to plain.

The whole process is timed, since some tools do their work at its end. Slow tools run less often, as
their number of pairs shows.
"""
from __future__ import annotations

import pathlib
import tempfile

import programs
import turns

OPERATIONS = 300000
ROUNDS = 7


def commands(bench, folder: str) -> dict[str, tuple[list[str], dict[str, str], str]]:
    """Name -> command, additions to the environment, and what it means."""
    work = [bench.program("mix"), "1", str(OPERATIONS)]
    run = [str(bench.build / "phaselock"), "run", "--allocator=jemalloc", "--policy=allow"]
    stock = programs.ALLOCATORS["jemalloc"]
    return {
        "plain": (work, {}, ""),
        "phaselock": (
            [*run, "--", *work],
            {"PHASELOCK_OPTIONS": "lock=never"},
            "phaselock run --allocator=jemalloc, not locked: requests are counted",
        ),
        "phaselock-locked": (
            [*run, "--lock-at=main", "--", *work],
            {},
            "locked from main: each request is a violation, with its call stack",
        ),
        "heaptrack": (["heaptrack", *work], {}, "each request, with its call stack"),
        "dhat": (
            ["valgrind", "--tool=dhat", f"--dhat-out-file={folder}/dhat.out", *work],
            {},
            "each block, its call stack and use",
        ),
        "jemalloc-prof": (
            work,
            {
                "LD_PRELOAD": stock,
                "MALLOC_CONF": "prof:true,lg_prof_sample:0,prof_final:true,"
                f"prof_prefix:{folder}/jeprof",
            },
            "jemalloc's profiler, each request sampled",
        ),
        "leaksanitizer": (
            [bench.program("mix-lsan"), "1", str(OPERATIONS)],
            {},
            "built anew with -fsanitize=leak",
        ),
    }


def measure(bench) -> None:
    with tempfile.TemporaryDirectory(dir=bench.build / "bench") as folder:
        known = commands(bench, folder)
        allowed = {"phaselock-locked": (99,)}
        names = [name for name in known if name == "plain" or bench.wanted(f"peers/{name}")]
        runs = {}
        for name in names:
            command, more, _ = known[name]
            runs[name] = lambda command=command, more=more, name=name: programs.run(
                command, "", more, pathlib.Path(folder), allowed=allowed.get(name, (0,))
            )
        taken = turns.take(runs, min(bench.rounds, ROUNDS))
        if "jemalloc-prof" in names and not list(pathlib.Path(folder).glob("jeprof*")):
            raise programs.Failed("jemalloc's profiler wrote no profile: it was not on")
    for name in names[1:]:
        for what, figure in (("time", "seconds"), ("size", "peak")):
            bench.add(
                turns.of_pairs(
                    bench.part,
                    f"peers/{name}/{what}",
                    "plain",
                    [getattr(sample, figure) for sample in taken[name]],
                    [getattr(sample, figure) for sample in taken["plain"]],
                    meaning=known[name][2],
                )
            )
