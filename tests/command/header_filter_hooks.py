#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Has bpftrace print each hook point of the filter's test host, and compares the ways of its
requests. Usage: header_filter_hooks.py PROGRAM [ARGUMENTS...]
"""
import os
import subprocess
import sys

from bpftrace import lines, traced

SCRIPT = """
uprobe:PROGRAM:hookpoint* { printf("%lu %s %s %d\\n", nsecs, str(arg0), probe, arg1); }
"""
ORDER = (
    "Read FiltersStart RequestHeadersStart RequestHeadersEnd CalloutStart GrpcStart CalloutEnd "
    "GrpcEnd Router ResponseHeadersStart ResponseHeadersEnd Write FiltersEnd"
).split()


def main() -> int:
    program, *arguments = sys.argv[1:]
    program = os.path.realpath(program)
    with traced(SCRIPT.replace("PROGRAM", program)) as printed:
        done = subprocess.run([program, *arguments], check=True, capture_output=True, text=True)
    ways: dict[str, list[str]] = {}
    for line in lines(printed):
        identity, where, _ = line.rsplit(" ", 2)
        ways.setdefault(identity, []).append(where.rpartition("hookpoint")[2])
    for identity, way in ways.items():
        assert way == ORDER, (identity, way)
    assert "odd-1" in ways, ways
    assert done.stdout.startswith(f"{len(ways)} requests,"), (done.stdout, ways)
    print(f"{len(ways)} requests, each by its {len(ORDER)} hook points in order, with its own id")
    return 0


if __name__ == "__main__":
    sys.exit(main())
