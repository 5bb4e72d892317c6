#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""merge.py STREAM: makes .gcda files of what tests/coverage/dump.c appended for each process: the
sums of all that differ. A process that was killed while it wrote is left out.

A .gcda file is words of four bytes: magic, version, two stamps, then records of a tag, a length in
bytes and so much data. The records of a source are the same in each process, but for the counters:
the length of those that are all 0 is given as a negative number, without data.
"""
import array
import hashlib
import mmap
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

MARK = b"one more process\n"
HEAD = 16
FUNCTION = 0x01000000
COUNTERS = 0x01A10000  # of arcs

Records = list[tuple[int, bytes, "array.array[int] | None"]]


def records_of(data: bytes) -> Records:
    """Tag, data, and for counters their values."""
    records: Records = []
    at = HEAD
    while at + 8 <= len(data):
        tag, length = struct.unpack_from("<Ii", data, at)
        at += 8
        if tag == 0:
            break
        body = data[at : at + max(length, 0)]
        at += max(length, 0)
        if tag == COUNTERS:
            records.append((tag, b"", array.array("q", body or bytes(-length))))
        else:
            records.append((tag, body, None))
    return records


def add(sums: Records, more: Records) -> None:
    if [(tag, body) for tag, body, _ in sums if tag == FUNCTION] != [
        (tag, body) for tag, body, _ in more if tag == FUNCTION
    ]:
        sys.exit("merge.py: files of two builds are in one stream")
    for (_, _, sum_), (_, _, counts) in zip(sums, more):
        if sum_ is not None and counts is not None:
            for i, count in enumerate(counts):
                if count:
                    sum_[i] += count


def write(path: Path, head: bytes, records: Records) -> None:
    with path.open("wb") as file:
        file.write(head)
        for tag, body, counts in records:
            body = counts.tobytes() if counts is not None else body
            file.write(struct.pack("<Ii", tag, len(body)) + body)
        file.write(bytes(4))


def processes_of(stream: mmap.mmap) -> Iterator[bytes]:
    """What each one appended, without the mark."""
    at = stream.find(MARK)
    while at >= 0:
        end = stream.find(MARK, at + len(MARK))
        yield stream[at + len(MARK) : end if end >= 0 else len(stream)]
        at = end


def files_of(process: bytes) -> list[tuple[str, bytes]] | None:
    """Name and data of each file, if all that the process had to write is there."""
    files = []
    at = 0
    while at < len(process):
        line_end = process.find(b"\n", at)
        size, _, name = process[at:line_end].partition(b" ")
        at = line_end + 1 + int(size or 0)
        if line_end < 0 or at > len(process):
            return None
        files.append((name.decode(), process[line_end + 1 : at]))
    return files


def main() -> int:
    heads: dict[str, bytes] = {}
    sums: dict[str, Records] = {}
    seen: set[bytes] = set()
    killed = 0
    with open(sys.argv[1], "rb") as file, mmap.mmap(
        file.fileno(), 0, access=mmap.ACCESS_READ
    ) as stream:
        for process in processes_of(stream):
            files = files_of(process)
            killed += files is None
            for name, data in files or []:
                digest = hashlib.sha256(name.encode() + data).digest()
                if digest in seen:  # many processes do the same: nothing new
                    continue
                seen.add(digest)
                if name in sums:
                    add(sums[name], records_of(data))
                else:
                    heads[name], sums[name] = data[:HEAD], records_of(data)
    for name, records in sums.items():
        write(Path(name), heads[name], records)
    print(f"{len(sums)} sources, {killed} processes killed as they wrote")
    return 0 if sums else 1


if __name__ == "__main__":
    sys.exit(main())
