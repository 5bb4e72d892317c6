#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damages copies of a library and uses each, without the guard and with it. One that works without works with it, too.

Usage: run.py BUILD FOLDER [ROUNDS]. What is damaged in which copy of which round comes of a generator with a fixed start:
it is the same each time. Each copy is loaded by a running program; every few are there from the start of one, too, and the
reports of those are named by the command, which reads the damaged files.
"""
import os
import random
import signal
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = [0, 1, 2, 3, 7, 0x7F, 0x80, 0xFFF, 0x1000, 0x7FFFFFFF, 0x80000000] + [0xFFFFFFFF - n for n in range(0, 20, 2)]
LONGS = WORDS + [1 << 63, (1 << 63) - 1] + [(1 << 64) - n for n in (1, 8, 16, 56, 64, 100, 4096)]
STARTED_EVERY = 4  # of the copies, one is there from the start of a program
SECONDS_MAX = 2
BATCH = 400  # copies that one program uses
NOT_LOADED = (10, 12)  # of program.c: it was never the guard's turn

# What is damaged in which library: a name, how many copies, and how.
PLAN = {
    "plain": [("section .eh_frame", 700), ("section .eh_frame_hdr", 300), ("section .gnu.hash", 128), ("section .dynsym", 168),
              ("section .dynstr", 120), ("section .rela.dyn", 60), ("section .rela.plt", 60), ("dynamic", 200), ("notes", 200),
              ("section .gnu_debuglink", 60), ("section .shstrtab", 40), ("sections", 120), ("header", 160), ("parts", 300), ("cut", 40)],
    "sysv": [("section .hash", 100), ("section .eh_frame", 60), ("dynamic", 60), ("parts", 100)],
    "no_index": [("section .eh_frame", 200)],
    "moved": [("section .eh_frame", 60), ("section .eh_frame_hdr", 60), ("section .gnu.hash", 60), ("dynamic", 60), ("notes", 40)],
}
FLAGS = {"plain": [], "sysv": ["-Wl,--hash-style=sysv,-z,noseparate-code"], "no_index": ["-DODD_TABLES"], "moved": []}


class Library:
    """An ELF file, and where what is in it lies."""

    def __init__(self, data):
        self.data = data
        self.parts_at, self.sections_at = struct.unpack_from("<QQ", data, 0x20)
        self.part_count, _, self.section_count, names = struct.unpack_from("<HHHH", data, 0x38)
        headers = [struct.unpack_from("<IIQQQQ", data, self.sections_at + 64 * i) for i in range(self.section_count)]
        start = headers[names][4]
        self.sections = {data[start + h[0]:data.index(0, start + h[0])].decode(): (h[4], h[5]) for h in headers}
        self.note_sections = [(h[4], h[5]) for h in headers if h[1] == 7]


def put(data, at, value, size):
    data[at:at + size] = (value % (1 << 8 * size)).to_bytes(size, "little")


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
        old = int.from_bytes(data[at:at + size], "little")
        put(data, at, dice.choice((dice.choice(LONGS), old + dice.choice((-4096, -8, -1, 1, 8, 4096)), old ^ 1 << dice.randrange(8 * size))), size)


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
        damage_fields(data, [(0x20, 8), (0x28, 8), (0x34, 2), (0x36, 2), (0x38, 2), (0x3A, 2), (0x3C, 2), (0x3E, 2)], dice)
    elif what == "parts":
        fields = [(0, 4), (4, 4), (8, 8), (16, 8), (32, 8), (40, 8), (48, 8)]
        damage_fields(data, [(library.parts_at + 56 * i + at, size) for i in range(library.part_count) for at, size in fields], dice)
    elif what == "sections":
        fields = [(0, 4), (4, 4), (16, 8), (24, 8), (32, 8), (40, 4), (56, 8)]
        damage_fields(data, [(library.sections_at + 64 * i + at, size) for i in range(library.section_count) for at, size in fields], dice)
    else:
        del data[dice.randrange(len(data) // 2, len(data)):]
    return data


def make_library(name, folder):
    path = folder / f"{name}.so"
    subprocess.run(["gcc", "-O2", "-g1", "-shared", "-fPIC", "-fno-optimize-sibling-calls", *FLAGS[name], HERE / "library.c", "-o", path],
                   check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["objcopy", "--only-keep-debug", path, f"{path}.debug"], check=True)
    subprocess.run(["objcopy", "--strip-debug", f"--add-gnu-debuglink={path}.debug", path], check=True)
    data = bytearray(path.read_bytes())
    if name == "moved":  # the program headers, to the end of the file: no longer beside the file's header, as some tools leave it
        library = Library(data)
        data += bytes(-len(data) % 8)
        put(data, 0x20, len(data), 8)
        data += library.data[library.parts_at:library.parts_at + 56 * library.part_count]
    return Library(data)


def make_copies(libraries, folder, turn):
    copies = []
    for name, plan in PLAN.items():
        for how, count in plan:
            for number in range(turn * count, (turn + 1) * count):
                path = folder / f"{name}-{how.replace(' ', '')}-{number}.so"
                path.write_bytes(damage(libraries[name], how, random.Random(f"{name} {how} {number}")))
                copies.append(path)
    return copies


def environment(preload):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHASELOCK_", "LD_"))}
    return {**kept, "LD_PRELOAD": " ".join(str(path) for path in preload),
            "PHASELOCK_OPTIONS": "policy=allow:stats=1"}


def run_loaded(program, copies, preload, log):
    """Returns how each copy has ended, a number each."""
    ends = []
    for i in range(0, len(copies), BATCH):
        part = copies[i:i + BATCH]
        result = subprocess.run([program, *part], stdout=subprocess.PIPE, stderr=log, text=True, env=environment(preload))
        part_ends = [int(line) for line in result.stdout.split()]
        if result.returncode != 0 or len(part_ends) != len(part):
            sys.exit(f"the program itself ended with {result.returncode}, after {len(part_ends)} copies")
        ends += part_ends
    return ends


def run_started(program, copies, preload, log):
    """The same; the alarm is for a dynamic linker that searches a damaged table for ever."""
    ends = []
    for copy in copies:
        end = subprocess.run([program], stderr=log, env=environment([*preload, copy]), preexec_fn=lambda: signal.alarm(SECONDS_MAX)).returncode
        ends.append(NOT_LOADED[0] if end < 0 and cannot_be_linked(program, preload, copy) else end)
    return ends


def cannot_be_linked(program, preload, copy):
    """Whether the dynamic linker falls over a copy beside the guard before any code of either has run, as ldd -r has it."""
    only_link = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "1", "LD_BIND_NOW": "1"}
    return subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**environment([*preload, copy]), **only_link},
                          preexec_fn=lambda: signal.alarm(SECONDS_MAX)).returncode < 0


def compare(how, copies, plain, guarded):
    """Says what works without the guard only. Returns how many copies work without it, and how many of them with it."""
    works = [i for i, end in enumerate(plain) if end == 0 and guarded[i] not in NOT_LOADED]
    unlike = plain.count(0) - len(works)  # what lies behind a table, or is free, differs from process to process
    if unlike > len(copies) / 100:
        sys.exit(f"{how}: {unlike} copies load without the guard only")
    for i in works:
        if guarded[i] != 0:
            print(f"{how}: {copies[i].name}: {'signal ' + str(-guarded[i]) if guarded[i] < 0 else 'status ' + str(guarded[i])}")
    return len(works), sum(guarded[i] == 0 for i in works)


def run_round(build, folder, program, copies):
    """Returns how many copies crashed that work without the guard."""
    guard = build / "libphaselock.so"
    started = copies[::STARTED_EVERY]
    crashes = 0
    for how, run, which in ("loaded", run_loaded, copies), ("at the start", run_started, started):
        with open(folder / "plain.log", "w") as log:
            plain = run(program, which, [], log)
        with open(folder / "reports", "w") as log:
            guarded = run(program, which, [guard], log)
        works, held = compare(how, which, plain, guarded)
        if works < len(which) / 3:
            sys.exit(f"{how}: only {works} of {len(which)} copies work without the guard: that shows nothing")
        crashes += works - held
    with open(folder / "reports") as reports, open(folder / "named", "w") as named:
        end = subprocess.run([build / "phaselock", "symbolize"], stdin=reports, stdout=named).returncode
    if end != 0 or b"library.c:" not in (folder / "named").read_bytes():
        print(f"phaselock symbolize: ended with {end}, or has named nothing")
        crashes += 1
    return crashes


def main():
    build, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    program = folder / "program"
    subprocess.run(["gcc", "-O1", "-fno-builtin", f"-I{HERE.parents[2] / 'include'}", HERE / "program.c", "-o", program], check=True)
    libraries = {name: make_library(name, folder) for name in PLAN}
    crashes = count = 0
    for turn in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        copies = make_copies(libraries, folder, turn)
        crashes += run_round(build, folder, program, copies)
        count += len(copies)
        if crashes == 0:
            for path in copies:
                path.unlink()
    print(f"{count} damaged copies: {crashes} crashes of those that work without the guard")
    return int(crashes > 0)


if __name__ == "__main__":
    sys.exit(main())
