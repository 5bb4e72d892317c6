# SPDX-License-Identifier: MIT
"""What the settings compiled into jemalloc save in time and cost in memory: compares stock jemalloc
with and without them.
"""
from __future__ import annotations

import pathlib
import re

import programs
import turns

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "lib" / "backend_jemalloc.c"
PROGRAMS = [
    ("pair", 1),
    ("mix", 1),
    ("mix", 2),
    ("mix", 8),
    ("handover", 2),
    ("zeroed", 1),
    ("aligned", 1),
]
IDLE_THREADS, IDLE_BLOCKS = 64, 2000


def compiled_in() -> str:
    found = re.search(r'je_malloc_conf\s*=\s*((?:"[^"]*"\s*)+);', SOURCE.read_text())
    if not found:
        raise programs.Failed(f"{SOURCE} has no je_malloc_conf")
    return "".join(re.findall(r'"([^"]*)"', found.group(1)))


def measure(bench) -> None:
    conf = compiled_in()
    stock = bench.preload("jemalloc")
    for program, threads in PROGRAMS:
        name = f"settings/{program}/{threads}"
        if not bench.wanted(name):
            continue
        command = [bench.program(program), str(threads)]
        runs = {
            "with": lambda: programs.run(command, stock, {"MALLOC_CONF": conf}),
            "without": lambda: programs.run(command, stock),
        }
        with programs.pinned(threads == 1):
            taken = turns.take(runs, bench.rounds)
        for what, figure in (
            ("time", lambda sample: sample.nanoseconds()),
            ("size", lambda sample: sample.peak),
        ):
            bench.add(
                turns.of_pairs(
                    bench.part,
                    f"{name}/{what}",
                    "jemalloc without",
                    [figure(s) for s in taken["with"]],
                    [figure(s) for s in taken["without"]],
                    meaning=f"stock jemalloc with {conf}",
                )
            )
    measure_idle(bench, conf, stock)


def measure_idle(bench, conf: str, stock: str) -> None:
    """The memory left in the caches of threads that had much and now sleep."""
    if not bench.wanted("settings/idle"):
        return
    command = [bench.program("memory"), str(IDLE_THREADS), "0", str(IDLE_BLOCKS)]
    runs = {
        "with": lambda: programs.run(command, stock, {"MALLOC_CONF": conf}),
        "without": lambda: programs.run(command, stock),
    }
    taken = {
        name: [float(sample.output.split()[1]) for sample in samples]
        for name, samples in turns.take(runs, bench.rounds).items()
    }
    bench.add(
        turns.of_pairs(
            bench.part,
            f"settings/idle/{IDLE_THREADS}/written",
            "jemalloc without",
            taken["with"],
            taken["without"],
            meaning=f"{IDLE_THREADS} threads that sleep, after each had {IDLE_BLOCKS:,} blocks",
        )
    )
