#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""whole_reports.py FILE: counts the reports in a file, and ends with 1 if one of them is not whole
or mixed with another.
"""
import re
import sys


def main() -> int:
    reports, threads, inside, frame, deepest, longest, start = 0, set(), False, 0, 0, 0, 0
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    position = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        found = re.match(r"    #([0-9]+) ", line)
        if line.startswith("phaselock: violation: "):
            wrong, inside, frame, deepest, start = inside, True, 0, 0, position
        elif line.startswith("phaselock: allowed "):
            wrong, inside, reports = not inside or deepest < 26, False, reports + 1
            longest = max(longest, position + len(line) - start)
        elif found:
            wrong = not inside or int(found[1]) not in (
                0,
                frame,
            )  # 0: another call stack of the report begins
            frame = int(found[1]) + 1
            deepest = max(deepest, frame)
        else:
            thread = re.match(r"  thread ([0-9]+) ", line)
            wrong = inside == line.startswith("phaselock:")
            threads.update({thread[1]} if thread else ())
        if wrong or not line.endswith("\n"):
            print(f"{sys.argv[1]}:{number}: out of place: {line}")
            return 1
        position += len(line)
    print(
        f"{reports} whole reports of {len(threads)} threads, "
        f"{'over' if longest > 4096 else 'within'} 4096 bytes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
