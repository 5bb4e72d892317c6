#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damages copies of a library and of a program, and uses each without the guard and with it. What
works without works with it.

Usage: run.py BUILD FOLDER [ROUNDS]. What is damaged in which copy of which round comes of a
generator with a fixed start: it is the same each time. Each copy is loaded by a running program;
every few are there from the start of one, too, and the reports of those are named by the command,
which reads the damaged files. Some of the programs run under the command, too.
"""
import os
import random
import signal
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = [0, 1, 2, 3, 7, 0x7F, 0x80, 0xFFF, 0x1000, 0x7FFFFFFF, 0x80000000] + [
    0xFFFFFFFF - n for n in range(0, 20, 2)
]
LONGS = WORDS + [1 << 63, (1 << 63) - 1] + [(1 << 64) - n for n in (1, 8, 16, 56, 64, 100, 4096)]
STARTED_EVERY = 4  # of the copies, one is there from the start of a program
SECONDS_MAX = 2
BATCH = 400  # copies that one program uses
NOT_LOADED = (10, 12)  # of program.c: it was never the guard's turn

# What is damaged in which library: a name, how many copies, and how.
PLAN = {
    "plain": [
        ("section .eh_frame", 700),
        ("section .eh_frame_hdr", 300),
        ("section .gnu.hash", 128),
        ("section .dynsym", 168),
        ("section .dynstr", 120),
        ("section .rela.dyn", 60),
        ("section .rela.plt", 60),
        ("dynamic", 200),
        ("notes", 200),
        ("section .gnu_debuglink", 60),
        ("section .shstrtab", 40),
        ("sections", 120),
        ("header", 160),
        ("parts", 300),
        ("cut", 40),
    ],
    "sysv": [("section .hash", 100), ("section .eh_frame", 60), ("dynamic", 60), ("parts", 100)],
    "no_index": [("section .eh_frame", 200)],
    "moved": [
        ("section .eh_frame", 60),
        ("section .eh_frame_hdr", 60),
        ("section .gnu.hash", 60),
        ("dynamic", 60),
        ("notes", 40),
    ],
}
PROGRAM_PLAN = [
    ("section .eh_frame", 60),
    ("section .eh_frame_hdr", 40),
    ("section .gnu.hash", 20),
    ("section .dynsym", 30),
    ("section .symtab", 60),
    ("section .strtab", 30),
    ("section .debug_line", 20),
    ("section .debug_info", 30),
    ("dynamic", 40),
    ("notes", 40),
    ("header", 60),
    ("parts", 60),
    ("sections", 60),
]
UNDER_COMMAND_EVERY = 12  # of the programs, one runs under the command
FLAGS = {
    "plain": [],
    "sysv": ["-Wl,--hash-style=sysv,-z,noseparate-code"],
    "no_index": ["-DODD_TABLES"],
    "moved": [],
}


class Library:
    """An ELF file, and where what is in it lies."""

    def __init__(self, data):
        self.data = data
        self.parts_at, self.sections_at = struct.unpack_from("<QQ", data, 0x20)
        self.part_count, _, self.section_count, names = struct.unpack_from("<HHHH", data, 0x38)
        headers = [
            struct.unpack_from("<IIQQQQ", data, self.sections_at + 64 * i)
            for i in range(self.section_count)
        ]
        start = headers[names][4]
        self.sections = {
            data[start + h[0] : data.index(0, start + h[0])].decode(): (h[4], h[5]) for h in headers
        }
        self.note_sections = [(h[4], h[5]) for h in headers if h[1] == 7]


def put(data, at, value, size):
    data[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, "little")


def damage_bytes(data, at, size, dice):
    """A few bytes, or a word, somewhere in a table."""
    for _ in range(dice.choice((1, 1, 1, 2, 4, 16))):
        where = at + dice.randrange(size)
        kind = dice.randrange(6)
        if kind == 0:
            data[where] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[where] = dice.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            data[where] = (data[where] + dice.choice((1, -1))) % 256
        elif kind == 3 and size >= 4:
            put(data, at + dice.randrange(size // 4) * 4, dice.choice(WORDS), 4)
        elif kind == 4 and size >= 8:
            put(data, at + dice.randrange(size // 8) * 8, dice.choice(LONGS), 8)
        else:
            data[where] = dice.randrange(256)


def damage_fields(data, fields, dice):
    """One or two fields of (place, size)."""
    for at, size in dice.sample(fields, min(len(fields), dice.choice((1, 1, 2)))):
        old = int.from_bytes(data[at : at + size], "little")
        put(
            data,
            at,
            dice.choice(
                (
                    dice.choice(LONGS),
                    old + dice.choice((-4096, -8, -1, 1, 8, 4096)),
                    old ^ 1 << dice.randrange(8 * size),
                )
            ),
            size,
        )


def damage(library, how, dice):
    data = bytearray(library.data)
    what, _, name = how.partition(" ")
    if what == "section":
        damage_bytes(data, *library.sections[name], dice)
    elif what == "dynamic":
        at, size = library.sections[".dynamic"]
        damage_fields(data, [(at + i, 8) for i in range(8, size, 16)], dice)
    elif what == "notes":
        at, _ = dice.choice(library.note_sections)
        if dice.randrange(2):
            put(data, at + 4, dice.choice(WORDS), 4)
        else:
            damage_fields(data, [(at, 4), (at + 4, 4), (at + 8, 4)], dice)
    elif what == "header":
        damage_fields(
            data,
            [
                (0x20, 8),
                (0x28, 8),
                (0x34, 2),
                (0x36, 2),
                (0x38, 2),
                (0x3A, 2),
                (0x3C, 2),
                (0x3E, 2),
            ],
            dice,
        )
    elif what == "parts":
        fields = [(0, 4), (4, 4), (8, 8), (16, 8), (32, 8), (40, 8), (48, 8)]
        damage_fields(
            data,
            [
                (library.parts_at + 56 * i + at, size)
                for i in range(library.part_count)
                for at, size in fields
            ],
            dice,
        )
    elif what == "sections":
        fields = [(0, 4), (4, 4), (16, 8), (24, 8), (32, 8), (40, 4), (56, 8)]
        damage_fields(
            data,
            [
                (library.sections_at + 64 * i + at, size)
                for i in range(library.section_count)
                for at, size in fields
            ],
            dice,
        )
    else:
        del data[dice.randrange(len(data) // 2, len(data)) :]
    return data


def make_program(folder):
    """A program with the library in it."""
    path = folder / "linked"
    subprocess.run(
        [
            "gcc",
            "-O1",
            "-g1",
            "-fno-builtin",
            "-rdynamic",
            f"-I{HERE.parents[2] / 'include'}",
            HERE / "program.c",
            HERE / "library.c",
            "-o",
            path,
        ],
        check=True,
    )
    return Library(path.read_bytes())


def make_library(name, folder):
    path = folder / f"{name}.so"
    subprocess.run(
        [
            "gcc",
            "-O2",
            "-g1",
            "-shared",
            "-fPIC",
            "-fno-optimize-sibling-calls",
            *FLAGS[name],
            HERE / "library.c",
            "-o",
            path,
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    subprocess.run(["objcopy", "--only-keep-debug", path, f"{path}.debug"], check=True)
    subprocess.run(
        ["objcopy", "--strip-debug", f"--add-gnu-debuglink={path}.debug", path], check=True
    )
    data = bytearray(path.read_bytes())
    if name == "moved":  # the program headers, to the end of the file, where some tools leave them
        library = Library(data)
        data += bytes(-len(data) % 8)
        put(data, 0x20, len(data), 8)
        data += library.data[library.parts_at : library.parts_at + 56 * library.part_count]
    return Library(data)


def make_copies(name, library, plan, folder, turn):
    copies = []
    for how, count in plan:
        for number in range(turn * count, (turn + 1) * count):
            path = folder / f"{name}-{how.replace(' ', '')}-{number}"
            path.write_bytes(damage(library, how, random.Random(f"{name} {how} {number}")))
            path.chmod(0o755)
            copies.append(path)
    return copies


def environment(preload):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PHASELOCK_", "LD_"))
    }
    return {
        **kept,
        "LD_PRELOAD": " ".join(str(path) for path in preload),
        "PHASELOCK_OPTIONS": "policy=allow:stats=1",
    }


def run_loaded(program, copies, preload, log):
    """Returns how each copy has ended, a number each."""
    ends = []
    for i in range(0, len(copies), BATCH):
        part = copies[i : i + BATCH]
        result = subprocess.run(
            [program, *part],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(preload),
        )
        part_ends = [int(line) for line in result.stdout.split()]
        if result.returncode != 0 or len(part_ends) != len(part):
            sys.exit(
                f"the program itself ended with {result.returncode}, after {len(part_ends)} copies"
            )
        ends += part_ends
    return ends


def run_started(program, copies, preload, log):
    return [run_linked([program], [*preload, copy], log) for copy in copies]


def run_programs(_, copies, preload, log):
    return [run_linked([copy], preload, log) for copy in copies]


def run_alone(words, log, variables):
    """Runs a program; the alarm is for a dynamic linker that searches a damaged table for ever."""
    try:
        return subprocess.run(
            words,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=variables,
            preexec_fn=lambda: signal.alarm(SECONDS_MAX),
        ).returncode
    except OSError:  # the kernel does not load it
        return NOT_LOADED[0]


def run_linked(words, preload, log):
    """The same. The dynamic linker may fall over a file beside the guard before any code of either
    has run, as ldd -r has it.
    """
    only_link = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1", "LD_BIND_NOW": "1"}
    end = run_alone(words, log, environment(preload))
    if end < 0 and run_alone(words, subprocess.DEVNULL, {**environment(preload), **only_link}) < 0:
        return NOT_LOADED[0]
    return end


def compare(how, copies, plain, guarded):
    """Says what works without the guard only. Returns how many copies work without it, and how many
    of them with it.
    """
    works = [i for i, end in enumerate(plain) if end == 0 and guarded[i] not in NOT_LOADED]
    unlike = plain.count(0) - len(
        works
    )  # what lies behind a table, or is free, differs from process to process
    if unlike > len(copies) / 100:
        sys.exit(f"{how}: {unlike} copies load without the guard only")
    for i in works:
        if guarded[i] != 0:
            print(
                f"{how}: {copies[i].name}: "
                f"{'signal ' + str(-guarded[i]) if guarded[i] < 0 else 'status ' + str(guarded[i])}"
            )
    return len(works), sum(guarded[i] == 0 for i in works)


def run_under_command(build, copies):
    """Returns how many runs end without a verdict."""
    faults = 0
    for copy in copies:
        result = subprocess.run(
            [build / "phaselock", "run", "--options=policy=allow", "--", copy],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment([]),
        )
        last = result.stderr.rstrip(b"\n").rpartition(b"\n")[2]
        if result.returncode < 0 or not last.startswith(b"phaselock run: "):
            print(
                f"phaselock run: {copy.name}: {result.returncode}, {last.decode(errors='replace')}"
            )
            faults += 1
    return faults


def name_reports(build, folder):
    with open(folder / "reports") as reports, open(folder / "named", "w") as named:
        end = subprocess.run(
            [build / "phaselock", "symbolize"], stdin=reports, stdout=named
        ).returncode
    if end == 0 and b"library.c:" in (folder / "named").read_bytes():
        return 0
    print(f"phaselock symbolize: ended with {end}, or has named nothing")
    return 1


def run_round(build, folder, program, copies, programs):
    """Returns how many copies crashed that work without the guard."""
    guard = build / "libphaselock.so"
    crashes = 0
    for how, run, which in (
        ("loaded", run_loaded, copies),
        ("program", run_programs, programs),
        ("at the start", run_started, copies[::STARTED_EVERY]),
    ):
        with open(folder / "plain.log", "w") as log:
            plain = run(program, which, [], log)
        with open(folder / "reports", "w") as log:
            guarded = run(program, which, [guard], log)
        works, held = compare(how, which, plain, guarded)
        if works < len(which) / 3:
            sys.exit(
                f"{how}: only {works} of {len(which)} copies work without the guard: that shows "
                f"nothing"
            )
        crashes += works - held
        if run is run_programs:
            crashes += run_under_command(
                build, [copy for copy, end in zip(which, plain) if end == 0][::UNDER_COMMAND_EVERY]
            )
    return crashes + name_reports(build, folder)


def main():
    build, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    program = folder / "program"
    subprocess.run(
        [
            "gcc",
            "-O1",
            "-fno-builtin",
            f"-I{HERE.parents[2] / 'include'}",
            HERE / "program.c",
            "-o",
            program,
        ],
        check=True,
    )
    libraries = {name: make_library(name, folder) for name in PLAN}
    linked = make_program(folder)
    crashes = count = 0
    for turn in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        copies = [
            copy
            for name, plan in PLAN.items()
            for copy in make_copies(name, libraries[name], plan, folder, turn)
        ]
        programs = make_copies("linked", linked, PROGRAM_PLAN, folder, turn)
        crashes += run_round(build, folder, program, copies, programs)
        count += len(copies) + len(programs)
        for path in copies + programs if crashes == 0 else []:
            path.unlink()
    print(f"{count} damaged copies: {crashes} crashes of those that work without the guard")
    return int(crashes > 0)


if __name__ == "__main__":
    sys.exit(main())
