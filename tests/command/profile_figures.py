#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what a record's profile sums up to, one line a process, read from the file's bytes alone:
docs/record.md and lib/common/profile_layout.h say what lies where. With --rows, each row after it;
with --threads, the names of threads; with --points, the timeline's phases."""
from __future__ import annotations

import collections
import struct
import sys

SECTIONS = (
    "run images modules sites names processes threads nodes rows points stages assertions"
).split()
ROW = struct.Struct("<4I" + "4I" + "2Q4Q2Q3Q2Q2Q2Q24IQ")
FIELDS = (
    "process thread stack phase own_stack own_thread own_phase function requests bytes frees "
    "freed_bytes frees_locked freed_bytes_locked peak_blocks peak_bytes at_peak_blocks "
    "at_peak_bytes at_peak_turn temporary temporary_bytes lifetime_ns lifetime_requests first_ns "
    "last_ns"
).split()
PROCESS = struct.Struct("<I4x" + "2IQ4I" + "14Q" + "8Q")
PROCESS_FIELDS = (
    "process is_there frames rate nodes rows threads points requests bytes frees freed_bytes "
    "live_bytes live_blocks peak_bytes peak_blocks peak_ns peak_turn foreign_frees unplaced "
    "blocks_unknown own_bytes"
).split()
THREAD = struct.Struct("<3I16s")
NODE = struct.Struct("<I4xQ2I")
POINT = struct.Struct("<I4x6Q2I")


def sections(path: str) -> dict[str, list[bytes]]:
    data = open(path, "rb").read()
    magic, version, count = struct.unpack_from("<8sII", data)
    assert (magic, version, count) == (b"phlkrec\0", 2, len(SECTIONS)), (magic, version, count)
    found = {}
    for i, name in enumerate(SECTIONS):
        at, number, size = struct.unpack_from("<3Q", data, 16 + 24 * i)
        found[name] = [data[at + j * size : at + (j + 1) * size] for j in range(number)]
    return found


def unpack(form: struct.Struct, fields: list[str], element: bytes) -> dict[str, int]:
    values = form.unpack(element[: form.size])
    return dict(zip(fields, values)) | {"rest": values[len(fields) :]}


def main() -> int:
    path, options = sys.argv[1], sys.argv[2:]
    found = sections(path)
    rows = [unpack(ROW, FIELDS, row) for row in found["rows"]]
    processes = [unpack(PROCESS, PROCESS_FIELDS, one) for one in found["processes"]]
    nodes = [NODE.unpack(node) for node in found["nodes"]]
    for process in processes:
        own = [row for row in rows if row["process"] == process["process"]]
        sums = collections.Counter()
        for row in own:
            for field in FIELDS[8:]:
                sums[field] += row[field]
            if row["at_peak_turn"] < process["peak_turn"]:
                sums["at_peak"] += row["bytes"] - row["freed_bytes"]
            else:
                sums["at_peak"] += row["at_peak_bytes"]
            sums["late"] += row["requests"] * row["phase"]
        print(
            *(
                f"{name} {sums[name]}"
                for name in "requests bytes frees freed_bytes temporary late frees_locked".split()
            ),
            *(f"{name} {process[name]}" for name in "peak_bytes foreign_frees unplaced".split()),
            f"at_peak {sums['at_peak']}",
        )
        if "--rows" in options:
            for row in own:
                depth, node = 0, row["stack"]
                while node:
                    depth, node = depth + 1, nodes[node - 1][2]
                print(
                    *(f"{name} {row[name]}" for name in FIELDS[8:-2]),
                    f"phase {row['phase']} function {row['function']} depth {depth}",
                    f"classes {sum(row['rest'][:24])}",
                )
        if "--process" in options:
            print(process)
        if "--threads" in options:
            for thread in found["threads"]:
                number, _, _, name = THREAD.unpack(thread)
                if number == process["process"]:
                    print("thread", name.split(b"\0")[0].decode("utf-8", "replace"))
        if "--points" in options:
            points = [POINT.unpack(point) for point in found["points"]]
            points = [point for point in points if point[0] == process["process"]]
            print("points", len(points), "changes", *(p[7] for p in points if p[8]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
