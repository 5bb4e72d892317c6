#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the lines of the naive filter that reports name with those that have the comment "heap".

Arguments: the folder of its sources, the file of reports. The line of a report is the innermost one
in those sources; requests of others, if there are any, are counted. Prints each difference, in both
directions.
"""
import pathlib
import re
import sys


def main() -> int:
    folder, reports = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    marked = {
        f"{path.name}:{number}"
        for path in folder.glob("naive*.c")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"/\* heap \*/", line)
    }
    named, others = set(), 0
    for report in re.split(r"^phaselock: violation: ", reports.read_text(), flags=re.MULTILINE)[1:]:
        stack = report.split("\n  locked ")[0]  # below it stands who locked the heap
        place = re.search(r"^    #\d+ .*/(naive\w*\.c:\d+)(?: \(inlined\))?$", stack, re.MULTILINE)
        if place:
            named.add(place.group(1))
        else:
            others += 1
    for line in sorted(marked - named):
        print(f"{line}: has the comment, but no report names it")
    for line in sorted(named - marked):
        print(f"{line}: is named by a report, but has no comment")
    print(f"{len(marked & named)} lines, {others} reports of other places")
    return 0 if marked and marked == named and not others else 1


if __name__ == "__main__":
    sys.exit(main())
