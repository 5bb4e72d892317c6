# SPDX-License-Identifier: MIT
"""Compares the cost of the hundred thousandth thread and the ten thousandth site with that of the
first hundred, by bench/growth.c.

When all is measured, gnuplot draws both as curves of ratios under BUILD/bench/.
"""
from __future__ import annotations

import pathlib
import statistics
import subprocess

import programs
import turns

OPTIONS = {"PHASELOCK_OPTIONS": "lock=main:policy=allow:max_reports=0"}
ROUNDS = 5  # at most, since each takes seconds
LINEAR = 1.25  # last over first: the clock of a shared machine is no better
KEPT = 1024  # sites that the library keeps; it only counts more


def points(
    bench, what: str, preload: str, more: dict[str, str] | None = None
) -> dict[int, list[float]]:
    lines = programs.run([bench.program("growth"), what], preload, more).output.splitlines()
    return {
        int(number): [float(value) for value in values]
        for number, *values in (line.split() for line in lines)
    }


def plot(
    path: pathlib.Path, title: str, x: str, y: str, curves: list[tuple[str, dict[int, float]]]
) -> None:
    script = [
        "set terminal svg size 720,400 font 'sans-serif,13' background '#ffffff'",
        f"set output '{path}'",
        f"set title '{title}'",
        f"set xlabel '{x}'",
        f"set ylabel '{y}'",
        "set logscale x",
        "set format x '10^{%T}'",
        "set yrange [0:*]",
        "set grid ytics lc rgb '#dddddd'",
        "set key bottom right noenhanced",
        "set border 3",
        "set tics nomirror",
    ]
    for number, (_, curve) in enumerate(curves):
        script += [
            f"$curve{number} << END",
            *(f"{at} {value:.4f}" for at, value in sorted(curve.items())),
            "END",
        ]
    script.append(
        "plot "
        + ", ".join(
            f"$curve{number} with linespoints lw 2 pt 7 ps 0.5 title '{label}'"
            for number, (label, _) in enumerate(curves)
        )
    )
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def medians(taken: list[dict[int, float]]) -> dict[int, float]:
    return {at: statistics.median(curve[at] for curve in taken) for at in taken[0]}


def threads(bench) -> None:
    runs = {
        allocator: lambda preload=bench.preload(allocator): points(bench, "threads", preload)
        for allocator in (programs.PHASELOCK, "jemalloc")
    }
    taken = turns.take(runs, min(bench.rounds, ROUNDS), warm=0)
    relative, stats = [], []
    for ours, theirs in zip(taken[programs.PHASELOCK], taken["jemalloc"]):
        relative.append({at: ours[at][0] / theirs[at][0] for at in ours})
        stats.append({at: ours[at][1] / ours[100][1] for at in ours})
    bench.add(
        turns.of_ratios(
            bench.part,
            "growth/threads/create",
            "10,000",
            [curve[100000] / curve[10000] for curve in relative],
            target=LINEAR,
            meaning="a thread after 50,000 to 100,000 others, against one after 5,000 to 10,000, "
            "each "
            "over the same with jemalloc",
        )
    )
    bench.add(
        turns.of_ratios(
            bench.part,
            "growth/threads/get_stats",
            "100",
            [curve[100000] for curve in stats],
            target=LINEAR,
            meaning="get_stats() after 100,000 threads, against after 100",
        )
    )
    if not bench.match:
        plot(
            bench.build / "bench" / "performance-threads.svg",
            "Threads of a process, one after another",
            "threads ever",
            "ratio",
            [
                ("a thread and its request, over jemalloc", medians(relative)),
                ("get_stats(), over the one at 100", medians(stats)),
            ],
        )


def sites(bench) -> None:
    fresh, known = [], []
    for _ in range(bench.rounds):
        curve = points(bench, "sites", bench.preload(programs.PHASELOCK), OPTIONS)
        fresh.append({at: values[0] / curve[100][0] for at, values in curve.items() if at >= 100})
        known.append({at: values[1] / curve[100][0] for at, values in curve.items() if at >= 100})
    for name, curves, what in (
        ("new", fresh, "at a new site"),
        ("known", known, "at a site met before"),
    ):
        bench.add(
            turns.of_ratios(
                bench.part,
                f"growth/sites/{name}/kept",
                "a new one of 100",
                [curve[KEPT] for curve in curves],
                target=LINEAR,
                meaning=f"a violation {what}, of the 1,001st to the {KEPT:,}th site",
            )
        )
        bench.add(
            turns.of_ratios(
                bench.part,
                f"growth/sites/{name}/counted",
                "a new one of 100",
                [curve[10000] for curve in curves],
                target=LINEAR,
                meaning=f"a violation {what}, of the 5,001st to the 10,000th, which are counted "
                f"and not kept",
            )
        )
    if not bench.match:
        plot(
            bench.build / "bench" / "performance-sites.svg",
            "Violations at distinct sites",
            "sites",
            "ratio to a violation at one of the first 100",
            [("at a new site", medians(fresh)), ("at a site met before", medians(known))],
        )


def measure(bench) -> None:
    if bench.wanted("growth/threads"):
        threads(bench)
    if bench.wanted("growth/sites"):
        sites(bench)
