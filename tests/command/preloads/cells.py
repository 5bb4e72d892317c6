# SPDX-License-Identifier: MIT
"""A cell of a matrix: one run with the library, compared with one without. It knows no tool and no
program.

A cell passes if standard output and status are those of the other run and the library, by its
statistics, was there. Every run has a limit that kills. A cell that fails is told with what was
expected, what came, and the line that runs it again.
"""
from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import re
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LIMIT = 20  # seconds
LIBRARIES = ("libphaselock.so", "libphaselock-system.so")
OPTIONS = "PHASELOCK_OPTIONS=stats=1"


@dataclasses.dataclass
class Cell:
    """One run with the library, and the run that it is to be like."""

    name: str
    command: list[str]
    like: list[str]
    proof: bool = True  # the library says that it was there
    status: str | None = None  # if not that of the other run
    words: str = ""  # what standard error has to say


@dataclasses.dataclass
class Outcome:
    status: str
    out: str
    err: str


def limited(starter: list[str], settings: list[str], command: list[str]) -> list[str]:
    """The preload stands behind timeout, which must not get it."""
    return [*starter, "timeout", "-s", "KILL", str(LIMIT), "env", *settings, *command]


def run(command: list[str]) -> Outcome:
    """In a folder of its own, which tools write into. What differs from run to run is taken out of
    what it printed.
    """
    with tempfile.TemporaryDirectory(
        prefix="phaselock-cell-"
    ) as folder, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        status = child.wait(timeout=2 * LIMIT)
        try:
            os.killpg(
                child.pid, signal.SIGKILL
            )  # children that hang: the group is of timeout's making
        except ProcessLookupError:
            pass
        out.seek(0)
        err.seek(0)
        texts = [stream.read().decode(errors="replace") for stream in (out, err)]
    status = str(128 - status if status < 0 else status)
    texts[0] = re.sub(r"0x[0-9a-f]+", "0x...", re.sub(r"\b[0-9]+ ms\b", "... ms", texts[0]))
    return Outcome(f"killed after {LIMIT} s" if status == "137" else status, *texts)


def faults_of(cell: Cell, alone: Outcome, real: Outcome) -> list[str]:
    faults = []
    status = alone.status if cell.status is None else cell.status
    if real.status != status:
        faults.append(f"expected status {status}, got {real.status}")
    if real.out != alone.out:
        faults.append(f"expected stdout {alone.out!r}, got {real.out!r}")
    if cell.words not in real.err:
        faults.append(f"expected {cell.words!r} on stderr")
    if (
        not faults
        and cell.proof
        and not re.search(r"^phaselock: allocations: [1-9]", real.err, re.MULTILINE)
    ):
        faults.append("expected the statistics of the library, got none")
    if faults and real.err:
        faults.append(f"stderr: {real.err[:600]!r}")
    return faults


def run_all(cells: list[Cell]) -> int:
    """Returns the status of the calling program. What is run without the library is run once."""
    for name in ("LD_PRELOAD", "MALLOC_CONF", "PHASELOCK_OPTIONS"):
        os.environ.pop(name, None)
    likes = {tuple(cell.like): cell.like for cell in cells}
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        alone = dict(zip(likes, pool.map(run, likes.values())))
        for command, outcome in alone.items():
            if "killed" in outcome.status or outcome.status in ("134", "139"):
                failed += 1
                print(
                    f"without the library: {outcome.status}\n    {shlex.join(command)}", flush=True
                )
        for cell, real in zip(cells, pool.map(lambda cell: run(cell.command), cells)):
            faults = faults_of(cell, alone[tuple(cell.like)], real)
            failed += bool(faults)
            if faults:
                print(
                    f"{cell.name}:\n  " + "\n  ".join(faults) + f"\n    {shlex.join(cell.command)}",
                    flush=True,
                )
    print(f"{len(cells)} cells, {failed} failed")
    return 1 if failed or not cells else 0


def main_of(word: str, cells_of: Callable[[str, pathlib.Path], list[Cell]]) -> int:
    """Runs the cells of each argument of the calling program; `word` says what an argument is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only cells whose name has this in it"
    )
    parser.add_argument("names", nargs="+", metavar=word)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    cells = [cell for name in arguments.names for cell in cells_of(name, build)]
    return run_all([cell for cell in cells if arguments.only in cell.name])
