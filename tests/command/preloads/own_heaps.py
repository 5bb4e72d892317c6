#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs programs with a heap of their own (heaps/) alone, with each library preloaded, and linked
with each.

own_heaps.py --build BUILD [--only TEXT] PROGRAM...

What a program writes around its blocks, and the books that it keeps of them, are its own: output
and status are those of the program alone. The library need not see such a program's requests, but
it says at its start which it does not see.
"""
from __future__ import annotations

import pathlib
import sys

from cells import LIBRARIES, OPTIONS, Cell, limited, main_of

# The sizes of the guard zones: below and above what the library has in front of and behind its own
# words.
VARIANTS = {
    "guard_zones": [f"GUARD={size}" for size in (16, 64, 128, 256, 1024, 4096, 16384, 65536)]
}


def cells_of(name: str, build: pathlib.Path) -> list[Cell]:
    folder = build / "tests/command/preloads/heaps"
    cells = []
    for variant in VARIANTS.get(name, [""]):
        settings = [variant] if variant else []
        like = limited([], settings, [str(folder / name)])
        title = " ".join([name, *settings])
        for library in LIBRARIES:
            preload = [*settings, OPTIONS, f"LD_PRELOAD={build / library}"]
            linked = str(folder / f"{name}-{library.removeprefix('lib').removesuffix('.so')}")
            cells.append(
                Cell(
                    f"{title}, preloaded, {library}",
                    limited([], preload, [str(folder / name)]),
                    like,
                )
            )
            cells.append(
                Cell(
                    f"{title}, linked, {library}", limited([], [*settings, OPTIONS], [linked]), like
                )
            )
            cells.append(
                Cell(
                    f"{title}, linked and preloaded, {library}",
                    limited([], preload, [linked]),
                    like,
                )
            )
    return cells


if __name__ == "__main__":
    sys.exit(main_of("PROGRAM", cells_of))
