#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times programs of bench/ with phaselock preloaded against the same program over another allocator.

The two take turns, pair by pair, so that a machine whose speed drifts slows both; a ratio is taken in each pair, and its
median is what counts. Each line: name, phaselock's and the baseline's median time, median ratio and its quartiles.
The costs of a violation are taken by bench/violation.c, in turns within one process, in nanoseconds of processor
time for one violation.
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

# name, what bench/violation.c is to take, processes, what the baseline is
VIOLATIONS = [
    ("violation/repeated", "unwind", 1, "one _Unwind_Backtrace of its 16 frames"),
    ("violation/repeated-or-first", "first", 15, "the first at a site, with its report"),
    ("violation/8-threads-or-1", "flood", 1, "one thread"),
]
TARGET_NS = 3000


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


def costs(program: str, what: str, processes: int) -> tuple[list[float], list[float]]:
    """Pairs of nanoseconds, one a line, of so many processes. Their reports go nowhere, but they are made."""
    environment = {**os.environ, "LD_PRELOAD": "", "PHASELOCK_OPTIONS": "policy=allow:max_reports=1024"}
    pairs = []
    for _ in range(processes):
        run = subprocess.run([program, what], env=environment, check=True, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        pairs += [line.split() for line in run.stdout.splitlines()]
    return [float(ours) for ours, _ in pairs], [float(theirs) for _, theirs in pairs]


def show_violations(build: pathlib.Path) -> None:
    for name, what, processes, baseline in VIOLATIONS:
        ours, theirs = costs(str(build / "bench" / "violation"), what, processes)
        low, median, high = statistics.quantiles([a / b for a, b in zip(ours, theirs)], n=4)
        print(f"{name:28} {statistics.median(ours):8.0f}ns {statistics.median(theirs):8.0f}ns {median:7.3f}  "
              f"{low:.3f}..{high:.3f}  against {baseline}", flush=True)
        if what == "unwind":
            print(f"{'violation/target':28} {statistics.median(ours):8.0f}ns {TARGET_NS:8}ns "
                  f"{statistics.median(ours) / TARGET_NS:7.3f}  against the target, on this machine", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("--only", choices=("pairs", "violations"), help="one part of them")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    print(f"{'name':28} {'phaselock':>10} {'baseline':>10} {'ratio':>7}  quartiles of {PAIRS} pairs")
    for name, command, baseline in BENCHMARKS if arguments.only != "violations" else []:
        program = [str(build / "bench" / command[0]), *command[1:]]
        ours, theirs = measure(program, str(build / "libphaselock.so"), baseline)
        low, median, high = statistics.quantiles([a / b for a, b in zip(ours, theirs)], n=4)
        print(f"{name:28} {statistics.median(ours):9.3f}s {statistics.median(theirs):9.3f}s {median:7.3f}  "
              f"{low:.3f}..{high:.3f}", flush=True)
    if arguments.only != "pairs":
        show_violations(build)


if __name__ == "__main__":
    main()
