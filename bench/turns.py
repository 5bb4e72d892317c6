# SPDX-License-Identifier: MIT
"""The one way in which bench/ compares: runs in turns, ratios within a round, their median and
quartiles.

Everything that is compared runs once in each round, so a machine whose speed drifts slows all
alike. A ratio is taken within the round. The order rotates from round to round, so that nothing
always follows the same other. It knows no benchmark.
"""
from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

ENOUGH = 5  # rounds: a time from fewer is neither judged nor kept


@dataclasses.dataclass
class Result:
    """A ratio and its spread: a row of docs/performance.md."""

    part: str
    name: str
    against: str
    ratio: float
    low: float  # quartiles
    high: float
    pairs: int
    target: float | None = None  # the largest ratio allowed
    meaning: str = ""
    exact: bool = False  # counted, not timed

    def verdict(self) -> str:
        if self.target is None:
            return ""
        if not self.exact and self.pairs < ENOUGH:
            return "not judged by so few"
        return "met" if self.ratio <= self.target else "MISSED"

    def line(self) -> str:
        spread = f"{number(self.low)}..{number(self.high)}"
        target = f"<= {self.target:g} {self.verdict()}" if self.target is not None else ""
        ratio = f"{number(self.ratio):>9}  {spread:19} {self.pairs:3}"
        return f"{self.name:34} {self.against:22} {ratio}  {target}".rstrip()


HEADING = f"{'name':34} {'against':22} {'ratio':>9}  {'quartiles':19} {'of':>3}  target"


def number(value: float) -> str:
    """Three decimals for a ratio near one; fewer for a large one, where they mean nothing."""
    return (
        f"{value:.3f}"
        if abs(value) < 10
        else f"{value:.1f}"
        if abs(value) < 1000
        else f"{value:.0f}"
    )


def take(runs: dict[str, Callable[[], T]], rounds: int, warm: int = 1) -> dict[str, list[T]]:
    """Makes each run once a round. The first rounds only warm up, and are dropped."""
    names = list(runs)
    taken: dict[str, list[T]] = {name: [] for name in names}
    for turn in range(warm + rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            value = runs[name]()
            if turn >= warm:
                taken[name].append(value)
    return taken


def spread(ratios: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile."""
    if len(ratios) == 1:
        return ratios[0], ratios[0], ratios[0]
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return low, median, high


def of_ratios(
    part: str, name: str, against: str, ratios: Sequence[float], **more: object
) -> Result:
    low, median, high = spread(ratios)
    # type: ignore[arg-type]
    return Result(part, name, against, median, low, high, len(ratios), **more)


def of_pairs(
    part: str,
    name: str,
    against: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    **more: object,
) -> Result:
    return of_ratios(
        part, name, against, [a / b for a, b in zip(ours, theirs, strict=True)], **more
    )
