# SPDX-License-Identifier: MIT
"""Runs the programs of the atlas, each case in a process of its own under the same conditions, and
returns the counts.

A process gets only the environment below, an empty folder, /dev/zero as stdin, and /dev/null as
stdout and stderr. It writes its result to descriptor 3.
"""
from __future__ import annotations

import dataclasses
import os
import struct
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOME, LOCALE = 1, 2
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "TZ": ":./zone",
    "TZDIR": ".",
    "HOME": "/",
    "PATH": "/usr/bin:/bin",
    "PHASELOCK_OPTIONS": "policy=allow:max_reports=0:frames=32",
}


@dataclasses.dataclass
class Count:
    allocations: int
    reallocations: int
    bytes: int

    def any(self) -> bool:
        return self.allocations + self.reallocations > 0


@dataclasses.dataclass
class Case:
    name: str
    flags: int
    when: str
    cure: str
    family: str
    prefixes: list[str]
    cold: Count
    warm: Count
    prewarmed: Count
    for_stream: bool  # a request was for a stream's buffer
    keys: list[str]  # functions of the library that the program called; "?" if one has no name

    def allocates(self) -> bool:
        return self.cold.any() or self.warm.any()


def time_zone() -> bytes:
    """Makes a time zone with two changes and a rule for the future, the same on every machine."""

    def block(size: str) -> bytes:
        changes, kinds, names = [0, 1000000000], [(3600, 0, 0), (7200, 1, 4)], b"ABC\0DEF\0"
        head = (
            b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, len(changes), len(kinds), len(names))
        )
        return (
            head
            + struct.pack(f">2{size}", *changes)
            + bytes([1, 0])
            + b"".join(struct.pack(">lbB", *kind) for kind in kinds)
            + names
        )

    return block("l") + block("q") + b"\nABC-1DEF,M3.5.0,M10.5.0/3\n"


def start(program: Path, *arguments: str) -> str:
    """Runs a program of the atlas; returns what it wrote to descriptor 3."""
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder, open(
        "/dev/zero", "rb"
    ) as zero, open("/dev/null", "r+b") as null:
        place = Path(folder)
        (place / "zone").write_bytes(time_zone())
        (place / "empty").mkdir()
        read, write = os.pipe()

        def descriptors() -> None:
            os.dup2(write, 3)
            os.set_inheritable(3, True)

        child = subprocess.Popen(
            [str(program), *arguments],
            stdin=zero,
            stdout=null,
            stderr=null,
            cwd=folder,
            env=ENVIRONMENT,
            close_fds=False,
            preexec_fn=descriptors,
        )
        os.close(write)
        with open(read, encoding="utf-8") as result:
            text = result.read()
        if child.wait(60) != 0:
            raise SystemExit(
                f"atlas: {program.name} {' '.join(arguments)} ended with {child.returncode}"
            )
    return text


def measure(program: Path) -> list[Case]:
    """Runs every case of a program, alone and after phaselock_prewarm(). Sorts them by name."""

    def counts(mode: str, name: str) -> tuple[Count, Count, bool, list[str]]:
        *numbers, keys = start(program, mode, name).rstrip("\n").split("\t")
        values = [int(number) for number in numbers]
        return Count(*values[:3]), Count(*values[3:6]), bool(values[6]), keys.split()

    def one(line: str) -> Case:
        name, flags, when, cure, family, prefixes = line.split("\t")
        cold, warm, for_stream, keys = counts("run", name)
        return Case(
            name,
            int(flags),
            when,
            cure,
            family,
            prefixes.split(),
            cold,
            warm,
            counts("prewarmed", name)[0],
            for_stream,
            keys,
        )

    with ThreadPoolExecutor(max_workers=2) as pool:
        cases = list(pool.map(one, start(program, "list").splitlines()))
    for case in cases:
        if bool(case.cold.any() or case.warm.any()) and not case.cure:
            raise SystemExit(
                f"atlas: {program}: {case.name} allocates, and nothing is said of what to do "
                f"instead"
            )
    return sorted(cases, key=lambda case: (case.name.lower(), case.name))
