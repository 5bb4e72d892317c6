#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Usage: family_edges.py BUILD PROGRAM. Runs family_edges.c plain and guarded over jemalloc, and
prints how many of its lines agree, and each that differs for a reason that docs/guarantees.md does
not have.
"""
import re
import subprocess
import sys

build, program = sys.argv[1:]
plain = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
run = subprocess.run(
    [f"{build}/phaselock", "run", "--allocator=jemalloc", program],
    capture_output=True,
    text=True,
    env={"PHASELOCK_OPTIONS": "lock=never"},
)
if run.returncode != 0 or "armed: every entry point comes to the library" not in run.stderr:
    sys.exit(run.stderr)
guarded = run.stdout.splitlines()


def is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0


def is_told(line: str, real: str) -> bool:
    """Whether the documents say why the two differ."""
    numbers = [int(number) for number in re.findall("[0-9]+", line.partition(":")[0])]
    if line.startswith("aligned_alloc") and not is_power_of_two(numbers[0]):
        return real.endswith(" NULL errno 22")
    # What glibc asks the kernel for and does not get, jemalloc maps without a reservation.
    return (
        max(numbers) >= 1 << 28
        and line.endswith(" NULL errno 12")
        and real.endswith(": block errno 0")
    )


same = sum(line == real for line, real in zip(plain, guarded))
for line, real in zip(plain, guarded):
    if line != real and not is_told(line, real):
        print(f"{line}, guarded {real}")
if len(plain) != len(guarded) or same < len(plain) * 4 // 5:
    print(f"{same} of {len(plain)} lines agree")
print("compared")
