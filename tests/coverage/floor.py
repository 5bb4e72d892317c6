#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""floor.py [--raise] SUMMARY FLOOR: holds gcovr's summary to the percentage of lines that FLOOR has
for each file.

Fails for a file below its floor, without one, or gone; and for one so far above that the floor is
not what holds it any more. --raise writes the floors of now, one below what was reached, as some
lines depend on the time; none gets lower.
"""
import json
import sys

SLACK = 1  # below what was reached
FAR = 6  # above the floor


def read_floor(path: str) -> dict[str, int]:
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {name: int(percent) for percent, name in lines}


def faults_of(reached: dict[str, float], floor: dict[str, int]) -> list[str]:
    faults = [
        f"{name}: no such file has lines that ran" for name in sorted(floor.keys() - reached.keys())
    ]
    for name, percent in sorted(reached.items()):
        if name not in floor:
            faults.append(f"{name}: has no floor; {percent:.1f}% is reached")
        elif percent < floor[name]:
            faults.append(f"{name}: {percent:.1f}% of its lines, and the floor is {floor[name]}%")
        elif percent >= floor[name] + FAR:
            faults.append(
                f"{name}: {percent:.1f}% of its lines: raise the floor, which is {floor[name]}%"
            )
    return faults


def main() -> int:
    summary, path = sys.argv[-2:]
    with open(summary, encoding="utf-8") as file:
        reached = {one["filename"]: float(one["line_percent"]) for one in json.load(file)["files"]}
    floor = read_floor(path)
    if "--raise" in sys.argv:
        with open(path, encoding="utf-8") as file:
            head = [line for line in file if line.startswith("#")]
        raised = {
            name: max(floor.get(name, 0), int(percent) - SLACK) for name, percent in reached.items()
        }
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(
                [*head, *(f"{percent:3} {name}\n" for name, percent in sorted(raised.items()))]
            )
        floor = raised
    faults = faults_of(reached, floor)
    for fault in faults:
        print(f"floor.py: {fault}", file=sys.stderr)
    print(f"{len(reached)} files, {len(faults)} not as {path} says")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
