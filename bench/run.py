#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times programs of bench/ with phaselock preloaded against the same program over another allocator.

The two take turns, pair by pair, so that a machine whose speed drifts slows both; a ratio is taken in each pair, and its
median is what counts. Each line: name, phaselock's and the baseline's median time, median ratio and its quartiles.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import time

PAIRS = 31
JEMALLOC = "libjemalloc.so.2"

# name, program and its arguments, what is preloaded as the baseline ("": glibc's own malloc)
BENCHMARKS = [
    ("pair-64/1-thread/jemalloc", ["pair", "1"], JEMALLOC),
    ("pair-64/2-threads/jemalloc", ["pair", "2"], JEMALLOC),
    ("pair-64/1-thread/glibc", ["pair", "1"], ""),
]


def seconds(command: list[str], preload: str) -> float:
    environment = {key: value for key, value in os.environ.items() if key not in ("PHASELOCK_OPTIONS", "MALLOC_CONF")}
    environment["LD_PRELOAD"] = preload
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True)
    return time.perf_counter() - start


def measure(command: list[str], library: str, baseline: str) -> tuple[list[float], list[float]]:
    ours, theirs = [], []
    for number in range(PAIRS + 1):
        pair = (seconds(command, library), seconds(command, baseline))
        if number > 0:  # the first is a warm-up
            ours.append(pair[0])
            theirs.append(pair[1])
    return ours, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", type=pathlib.Path)
    build = parser.parse_args().build.resolve()
    print(f"{'name':28} {'phaselock':>10} {'baseline':>10} {'ratio':>7}  quartiles of {PAIRS} pairs")
    for name, command, baseline in BENCHMARKS:
        program = [str(build / "bench" / command[0]), *command[1:]]
        ours, theirs = measure(program, str(build / "libphaselock.so"), baseline)
        low, median, high = statistics.quantiles([a / b for a, b in zip(ours, theirs)], n=4)
        print(f"{name:28} {statistics.median(ours):9.3f}s {statistics.median(theirs):9.3f}s {median:7.3f}  "
              f"{low:.3f}..{high:.3f}", flush=True)


if __name__ == "__main__":
    main()
