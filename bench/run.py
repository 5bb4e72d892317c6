#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs parts of the benchmarks: prints a line for each ratio, and writes BUILD/bench/PART.json for
bench/report.py.

`quick` and `full` are the lists of parts that `make bench` and `make bench-full` run. The parts:

    micro         one kind of request in a loop, 1 and 2 threads, compared with each allocator
    micro-more    the same with 4 and 8 threads
    settings      what the settings compiled into jemalloc save and cost
    startup       what a start costs
    instructions  instructions of one operation, by callgrind
    latency       distribution of the time of one call in a locked phase
    violation     what a violation costs
    realtime      the worst of lock_allocations() under load, and of a thread's first malloc
    macro         whole programs: time and largest size
    growth        cost by the number of threads so far, and of distinct sites
    memory        resident size
    peers         other tools at the same work
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import sys

import growth
import instructions
import latency
import machine
import macro
import memory
import micro
import peers
import programs
import realtime
import settings
import startup
import turns
import violation

PARTS = {
    "micro": micro.measure,
    "startup": startup.measure,
    "instructions": instructions.measure,
    "latency": latency.measure,
    "violation": violation.measure,
    "realtime": realtime.measure,
    "micro-more": micro.measure_more,
    "settings": settings.measure,
    "macro": macro.measure,
    "growth": growth.measure,
    "memory": memory.measure,
    "peers": peers.measure,
}
LISTS = {
    "quick": ["micro", "startup", "instructions", "latency", "violation"],
    "full": ["micro-more", "settings", "realtime", "macro", "growth", "memory", "peers"],
}


@dataclasses.dataclass
class Bench:
    """What a part gets: where things are, how often to run, and where its results go."""

    build: pathlib.Path
    rounds: int
    match: str
    part: str
    results: list[turns.Result] = dataclasses.field(default_factory=list)

    def preload(self, allocator: str) -> str:
        return programs.preload_of(allocator, self.build)

    def program(self, name: str) -> str:
        return str(self.build / "bench" / name)

    def wanted(self, name: str) -> bool:
        """Whether results whose names begin so are asked for."""
        return name.startswith(self.match) or self.match.startswith(name)

    def add(self, result: turns.Result) -> None:
        if result.name.startswith(self.match):
            self.results.append(result)
            print(result.line(), flush=True)


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts",
        nargs="+",
        choices=[*PARTS, *LISTS],
        metavar="PART",
        help="a part or a list of them",
    )
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument(
        "--rounds",
        default=31,
        type=positive,
        help=f"how often each is run; long ones less often; nothing is written if fewer than "
        f"{turns.ENOUGH}",
    )
    parser.add_argument(
        "--match",
        default="",
        help="only results whose name begins with this; nothing is written then",
    )
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    programs.use(build)
    print(turns.HEADING)
    found = 0
    for name in [part for given in arguments.parts for part in LISTS.get(given, [given])]:
        bench = Bench(build, arguments.rounds, arguments.match, name)
        try:
            PARTS[name](bench)
        except (programs.Failed, instructions.Unusable, OSError) as why:
            print(f"bench: {name}: {why}", file=sys.stderr)
            return 1
        found += len(bench.results)
        if not arguments.match and arguments.rounds >= turns.ENOUGH:
            text = json.dumps(
                {
                    "machine": machine.describe(),
                    "results": [vars(result) for result in bench.results],
                },
                indent=1,
            )
            (build / "bench" / f"{name}.json").write_text(text + "\n")
    if found == 0:
        print(
            f"bench: no result of {' '.join(arguments.parts)} has a name that begins with "
            f"{arguments.match}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
