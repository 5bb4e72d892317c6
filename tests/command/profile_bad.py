#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""profile_bad.py BUILD RECORD: reports files that are no records, or no whole ones, and one that is
written meanwhile. Each gets one line that names it, and status 125.
"""
from __future__ import annotations

import os
import pathlib
import struct
import subprocess
import sys
import threading

PHASELOCK, RECORD = os.path.abspath(sys.argv[1]) + "/phaselock", pathlib.Path(sys.argv[2])
HEAD, SECTION = 16, 24
WHOLE = RECORD.read_bytes()


def report(path: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PHASELOCK, "report", *options, path],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def refused(path: str, what: str) -> None:
    done = report(path)
    if done.returncode != 125 or done.stdout or done.stderr.count("\n") != 1:
        sys.exit(f"{what}: {done.returncode}\n{done.stdout}{done.stderr}")
    if not done.stderr.startswith(f"phaselock report: {path}: "):
        sys.exit(f"{what}: {done.stderr}")


def changed(at: int, form: str, value: int) -> bytes:
    bytes_ = bytearray(WHOLE)
    struct.pack_into(form, bytes_, at, value)
    return bytes(bytes_)


bad = {
    "empty": b"",
    "foreign": b"\x7fELF" + bytes(5000),
    "text": b"phaselock: violation\n" * 100,
    "newer": changed(8, "<I", 99),
    "more sections": changed(12, "<I", 99),
}
sections = struct.unpack_from("<I", WHOLE, 12)[0]
for i in range(sections):
    at = HEAD + SECTION * i
    bad[f"section {i} beyond the end"] = changed(at, "<Q", 1 << 62)
    bad[f"section {i} of many"] = changed(at + 8, "<Q", (1 << 64) - 1)
    bad[f"section {i} of other elements"] = changed(at + 16, "<Q", 5)
for what, content in bad.items():
    if what.endswith("beyond the end") and not struct.unpack_from(
        "<Q", WHOLE, HEAD + SECTION * int(what.split()[1]) + 8
    )[0]:
        continue  # an empty section is nowhere
    pathlib.Path("bad").write_bytes(content)
    refused("bad", what)

os.mkdir("folder")
os.mkfifo("pipe")
for what in ("folder", "pipe", "absent", "/dev/zero"):
    refused(what, what)
with open("sparse", "wb") as file:
    file.write(WHOLE)
    file.truncate(10 << 30)
refused("sparse", "10 GB")
os.remove("sparse")

cuts = 0
for length in range(0, len(WHOLE) - 1, max(1, len(WHOLE) // 60)):
    pathlib.Path("cut").write_bytes(WHOLE[:length])
    refused("cut", f"cut at {length}")
    cuts += 1

# Numbers that lead nowhere: a report, or a line.
hostile = bytearray(WHOLE)
for at in range(HEAD + SECTION * sections, len(hostile) - 8, 40):
    struct.pack_into("<Q", hostile, at, (1 << 64) - 1)
pathlib.Path("hostile").write_bytes(bytes(hostile))
for form in ("text", "json", "pprof", "dhat", "massif", "speedscope", "folded", "table"):
    done = report("hostile", f"--format={form}", "--output=/dev/null")
    if done.returncode not in (0, 125):
        sys.exit(f"hostile, {form}: {done.returncode} {done.stderr}")

# A writer puts each new record in the place of the last one.
over = threading.Event()


def write() -> None:
    while not over.is_set():
        pathlib.Path("part").write_bytes(WHOLE)
        os.replace("part", "meanwhile")


pathlib.Path("meanwhile").write_bytes(WHOLE)
writer = threading.Thread(target=write)
writer.start()
for _ in range(30):
    done = report("meanwhile")
    if done.returncode != 0:
        over.set()
        sys.exit(f"meanwhile: {done.stderr}")
over.set()
writer.join()
print(f"{len(bad) + 5} bad files, {cuts} cuts: each one line, status 125")
