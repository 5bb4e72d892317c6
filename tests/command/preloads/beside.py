#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a program beside another preload, in both orders, with both libraries, and under `phaselock
run`.

beside.py --build BUILD [--only TEXT] TOOL... TOOL is a tool of the distribution or a hook of
hooks/; `conf` stands for the settings of jemalloc, one after the other.

Each is to be as with the tool alone, or with no setting. Under `phaselock run`, whose program is
locked from main() on, the status is the one for violations.
"""
from __future__ import annotations

import glob
import pathlib
import sys

from cells import LIBRARIES, OPTIONS, Cell, limited, main_of

DEEDS = ("start", "threads", "fork", "fork-beside", "exec", "exit")
ALLOCATORS = {"libphaselock.so": "jemalloc", "libphaselock-system.so": "system"}
VIOLATIONS = "99"
REPLACED = "125"  # the program executed another one, which is not guarded

# Preload, and what its own command would put into the environment.
TOOLS = {
    "heaptrack": (
        "/usr/lib/heaptrack/libheaptrack_preload.so",
        ["DUMP_HEAPTRACK_OUTPUT=heaptrack.$$"],
    ),
    "libfaketime": ("/usr/lib/*/faketime/libfaketime.so.1", ["FAKETIME=2001-02-03 04:05:06"]),
    "libfaketimeMT": ("/usr/lib/*/faketime/libfaketimeMT.so.1", ["FAKETIME=2001-02-03 04:05:06"]),
    "fakeroot": ("/usr/lib/*/libfakeroot/libfakeroot-sysv.so", []),
    "fakechroot": ("/usr/lib/*/fakechroot/libfakechroot.so", ["FAKECHROOT=true"]),
    "eatmydata": ("/usr/lib/*/libeatmydata.so", []),
}
# Of its command fakeroot needs the server.
STARTERS = {"fakeroot": ["fakeroot", "--"]}
# It takes LD_PRELOAD out of the environment of what is executed: the library is not there either.
UNPROVED = {("heaptrack", "exec")}
# What it does not survive by itself: its lock is held in the child. One run in four hangs.
UNSOUND = {("heaptrack", "fork-beside")}

# What MALLOC_CONF may hold. The last is refused by jemalloc itself, with words.
SETTINGS = (
    "background_thread:true",
    "percpu_arena:percpu",
    "percpu_arena:phycpu",
    "abort_conf:true",
    "narenas:1",
    "tcache:false",
    "retain:false",
    "dirty_decay_ms:0,muzzy_decay_ms:0",
    "junk:true",
    "zero:true",
    "dss:primary",
    "metadata_thp:always",
    "prof:true",
    "stats_print:true",
    "background_thread:true,dirty_decay_ms:0,narenas:1",
    "no_such_setting:1",
)
REFUSED_SETTING = "abort_conf:true,no_such_setting:1"


def preload_of(tool: str, build: pathlib.Path) -> tuple[str, list[str]]:
    if tool not in TOOLS:
        return str(build / "tests/command/preloads/hooks" / f"{tool}.so"), []
    pattern, settings = TOOLS[tool]
    found = glob.glob(pattern)
    if not found:
        sys.exit(f"matrix.py: {tool}: there is no {pattern}")
    return found[0], settings


def cells_of(tool: str, build: pathlib.Path) -> list[Cell]:
    preload, settings = preload_of(tool, build)
    starter = STARTERS.get(tool, [])
    program = str(build / "tests/command/preloads/program")
    cells = []
    for deed in [deed for deed in DEEDS if (tool, deed) not in UNSOUND]:
        like = limited(starter, [*settings, f"LD_PRELOAD={preload}"], [program, deed])
        for name in LIBRARIES:
            library = build / name
            for order, both in (
                ("tool first", f"{preload}:{library}"),
                ("library first", f"{library}:{preload}"),
            ):
                command = limited(
                    starter, [*settings, OPTIONS, f"LD_PRELOAD={both}"], [program, deed]
                )
                proof = (tool, deed) not in UNPROVED
                cells.append(Cell(f"{tool}, {order}, {name}, {deed}", command, like, proof))
            command = limited(
                starter,
                [*settings, f"LD_PRELOAD={preload}"],
                [
                    str(build / "phaselock"),
                    "run",
                    "--lock-at=main",
                    "--policy=allow",
                    "--symbolize=0",
                    f"--allocator={ALLOCATORS[name]}",
                    "--",
                    program,
                    deed,
                ],
            )
            status = REPLACED if deed == "exec" else VIOLATIONS
            cells.append(
                Cell(f"{tool}, phaselock run, {name}, {deed}", command, like, False, status)
            )
    return cells


def cells_of_settings(build: pathlib.Path) -> list[Cell]:
    program = str(build / "tests/command/preloads/program")
    guarded = [OPTIONS, f"LD_PRELOAD={build / LIBRARIES[0]}"]
    cells = []
    for deed in DEEDS:
        like = limited([], [], [program, deed])
        for setting in SETTINGS:
            cells.append(
                Cell(
                    f"MALLOC_CONF={setting}, {deed}",
                    limited([], [f"MALLOC_CONF={setting}", *guarded], [program, deed]),
                    like,
                )
            )
    cells.append(
        Cell(
            f"MALLOC_CONF={REFUSED_SETTING}",
            limited([], [f"MALLOC_CONF={REFUSED_SETTING}", *guarded], [program, "start"]),
            limited([], [], ["true"]),
            False,
            "134",
            "Invalid conf pair",
        )
    )
    return cells


def cells_of_argument(name: str, build: pathlib.Path) -> list[Cell]:
    return cells_of_settings(build) if name == "conf" else cells_of(name, build)


if __name__ == "__main__":
    sys.exit(main_of("TOOL", cells_of_argument))
