# SPDX-License-Identifier: MIT
"""Other tools at the same work: runs the random mix plain and under each tool, and the start of
node, a large program that makes 440,000 requests; time and largest size are ratios to plain.

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
NODE = ["node", "-e", "0"]
NODE_ROUNDS = 3


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


def node_commands(bench) -> dict[str, tuple[list[str], dict[str, str], str]]:
    """The same for node, over its own allocator as `phaselock run` has it."""
    run = [str(bench.build / "phaselock"), "run", "--lock-at=main", "--policy=allow"]
    return {
        "node": (NODE, {}, ""),
        "node-locked": (
            [*run, "--", *NODE],
            {},
            "node -e 0, locked from main: each request is a violation, with its call stack",
        ),
        "node-heaptrack": (["heaptrack", *NODE], {}, "each request of it, with its call stack"),
    }


def compare(bench, known, rounds: int, folder: str) -> None:
    """The first of the commands is what the others are compared with."""
    plain, *others = known
    others = [name for name in others if bench.wanted(f"peers/{name}")]
    if not others:
        return
    runs = {}
    for name in (plain, *others):
        command, more, _ = known[name]
        allowed = (99,) if name.endswith("-locked") else (0,)
        runs[name] = lambda command=command, more=more, allowed=allowed: programs.run(
            command, "", more, pathlib.Path(folder), allowed=allowed
        )
    taken = turns.take(runs, min(bench.rounds, rounds))
    if "jemalloc-prof" in others and not list(pathlib.Path(folder).glob("jeprof*")):
        raise programs.Failed("jemalloc's profiler wrote no profile: it was not on")
    for name in others:
        for what, figure in (("time", "seconds"), ("size", "peak")):
            bench.add(
                turns.of_pairs(
                    bench.part,
                    f"peers/{name}/{what}",
                    "plain",
                    [getattr(sample, figure) for sample in taken[name]],
                    [getattr(sample, figure) for sample in taken[plain]],
                    meaning=known[name][2],
                )
            )


def measure(bench) -> None:
    with tempfile.TemporaryDirectory(dir=bench.build / "bench") as folder:
        compare(bench, commands(bench, folder), ROUNDS, folder)
        compare(bench, node_commands(bench), NODE_ROUNDS, folder)
