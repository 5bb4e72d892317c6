#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rewrites the tables of docs/performance.md from the results that bench/run.py left under
BUILD/bench/.

A table stands between `<!-- PART -->` and `<!-- end -->`, the machine between `<!-- machine -->`
and `<!-- end -->`; the text around them is written by hand. All parts of a document come from one
machine. So a part without results keeps its table, and is named on stderr, only if the document
names the same machine; otherwise this fails. The line below a table names the library's revision.
The plots of bench/growth.py are put beside the document.
"""
from __future__ import annotations

import argparse
import json
import pathlib
import re
import shutil
import sys
from collections.abc import Iterable

import turns

PARTS = (
    "micro",
    "micro-more",
    "settings",
    "startup",
    "instructions",
    "latency",
    "violation",
    "realtime",
    "macro",
    "growth",
    "memory",
    "peers",
)
# A row of these is for all names that differ in the last part only, which names the columns.
GRIDS = ("micro", "micro-more", "settings", "latency", "macro", "peers")
BLOCK = re.compile(r"(<!-- (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


class Unusable(Exception):
    """The results or the document are not what they should be."""


def target(result: turns.Result) -> str:
    if result.target is None:
        return ""
    return f"{result.target:g}: {result.verdict().replace('MISSED', '**MISSED**')}"


def ratio(result: turns.Result) -> str:
    low, high = turns.number(result.low), turns.number(result.high)
    return f"{turns.number(result.ratio)} ({low}..{high}) {target(result)}".rstrip()


def each(texts: Iterable[str]) -> str:
    """Equal ones once."""
    return " / ".join(dict.fromkeys(texts))


def one_by_one(results: list[turns.Result]) -> list[list[str]]:
    """A row for each result, below the headings."""
    return [
        ["ratio (quartiles)", "against", "what it is"],
        *([f"`{one.name}`", ratio(one), one.against, one.meaning] for one in results),
    ]


def grid(results: list[turns.Result]) -> list[list[str]]:
    """A row for all results whose names differ in the last part, below the headings."""
    rows: dict[str, dict[str, turns.Result]] = {}
    for result in results:
        stem, _, end = result.name.rpartition("/")
        rows.setdefault(stem, {})[end] = result
    ends = list(dict.fromkeys(end for cells in rows.values() for end in cells))
    named = all(result.against == end for cells in rows.values() for end, result in cells.items())
    lines = [[*(f"/{end}" for end in ends), *([] if named else ["against"]), "what it is"]]
    for stem, cells in rows.items():
        ratios = [ratio(cells[end]) if end in cells else "" for end in ends]
        against = [] if named else [each(result.against for result in cells.values())]
        meaning = each(result.meaning for result in cells.values())
        lines.append([f"`{stem}`", *ratios, *against, meaning])
    return lines


def rounds(results: list[turns.Result]) -> str:
    """How many rounds most results are of, and which are of others."""
    rows: dict[int, list[str]] = {}
    for result in results:
        name = result.name.rpartition("/")[0] if result.part in GRIDS else result.name
        rows.setdefault(result.pairs, []).append(f"`{name}`")
    most = max(rows, key=lambda pairs: len(rows[pairs]))
    others = (f"{count} for {each(names)}" for count, names in rows.items() if count != most)
    return "; ".join([f"rounds: {most}", *others])


def table(results: list[turns.Result], revision: str) -> str:
    part = results[0].part
    headings, *rows = (grid if part in GRIDS else one_by_one)(results)
    first, *lines = (
        f"| {' | '.join(line)} |" for line in [[f"`bench/run.py {part} --match`", *headings], *rows]
    )
    rule = "|---" * (len(headings) + 1) + "|"
    return "\n".join([first, rule, *lines, "", f"Of {revision}; {rounds(results)}."]) + "\n"


def machine_table(machine: dict[str, str]) -> str:
    return (
        "\n".join(
            ["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in machine.items())]
        )
        + "\n"
    )


def read(build: pathlib.Path) -> dict[str, str]:
    """Name of a block -> its text."""
    blocks: dict[str, str] = {}
    machine: dict[str, str] = {}
    for part in PARTS:
        path = build / "bench" / f"{part}.json"
        if not path.exists():
            print(
                f"report: {path} is not there: the table of {part} stays as it is", file=sys.stderr
            )
            continue
        found = json.loads(path.read_text())
        revision = found["machine"].pop("phaselock")
        if machine and found["machine"] != machine:
            raise Unusable(f"{path} was taken on another machine than the parts before it")
        machine = found["machine"]
        blocks[part] = table([turns.Result(**result) for result in found["results"]], revision)
    if not blocks:
        raise Unusable(
            f"{build}/bench has no results; `make bench` and `make bench-full` make them"
        )
    return {**blocks, "machine": machine_table(machine)}


def check_kept(text: str, blocks: dict[str, str]) -> None:
    """Tables that stay in the document must come from the machine that it will name."""
    for match in BLOCK.finditer(text):
        if (
            match["name"] == "machine"
            and match[0] != match[1] + blocks["machine"] + match[3]
            and not blocks.keys() >= set(PARTS)
        ):
            raise Unusable(
                "the document is of another machine: all parts are needed; `make bench` and `make "
                "bench-full` make them"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("document", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        blocks = read(arguments.build)
        text = arguments.document.read_text()
        missing = blocks.keys() - {match["name"] for match in BLOCK.finditer(text)}
        if missing:
            raise Unusable(f"{arguments.document} has no place for {', '.join(sorted(missing))}")
        check_kept(text, blocks)
    except (Unusable, OSError) as why:
        print(f"report: {why}", file=sys.stderr)
        return 1
    arguments.document.write_text(
        BLOCK.sub(
            lambda match: match[1]
            + blocks.get(match["name"], match[0][len(match[1]) : -len(match[3])])
            + match[3],
            text,
        )
    )
    for plot in (arguments.build / "bench").glob("performance-*.svg"):
        shutil.copy(plot, arguments.document.parent / plot.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
