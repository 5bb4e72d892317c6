# SPDX-License-Identifier: MIT
"""Describes the machine of a result, without naming it."""
from __future__ import annotations

import os
import pathlib
import platform
import subprocess


def package(name: str) -> str:
    try:
        query = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}", name],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return "unknown"
    return query.stdout if query.returncode == 0 and query.stdout else "unknown"


def first_line(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]


def revision() -> str:
    """The revision of the library."""
    try:
        return first_line(["git", "describe", "--always", "--dirty=, changed", "--abbrev=10"])
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"


def describe() -> dict[str, str]:
    fields = dict(
        line.split(":", 1)
        for line in pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    )
    known = {key.strip(): value.strip() for key, value in fields.items()}
    return {
        "phaselock": revision(),
        "processor": known.get("model name", platform.machine()),
        "cores": str(len(os.sched_getaffinity(0))),
        "virtual": "yes" if "hypervisor" in known.get("flags", "").split() else "no",
        "kernel": ".".join(platform.release().split(".")[:2]),
        "libc": platform.libc_ver()[0] + " " + platform.libc_ver()[1],
        "compiler": first_line(["gcc", "--version"]),
        "jemalloc": package("libjemalloc2"),
        "mimalloc": package("libmimalloc2.0"),
        "tcmalloc": package("libtcmalloc-minimal4"),
        "valgrind": package("valgrind"),
    }
