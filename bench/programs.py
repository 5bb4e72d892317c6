# SPDX-License-Identifier: MIT
"""Runs a program over an allocator and returns what it took: the program's own figure, the time of
the process, and its largest size.

It knows the allocators by name. It removes from the environment whatever would configure an
allocator.
"""
from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import pathlib
import subprocess
from collections.abc import Iterator

# name -> library to preload; PHASELOCK and COUNTERS are files of the build folder
ALLOCATORS = {
    "jemalloc": "libjemalloc.so.2",
    "glibc": "",
    "mimalloc": "libmimalloc.so.2",
    "tcmalloc": "libtcmalloc_minimal.so.4",
}
PHASELOCK = "phaselock"
COUNTERS = "global-counters"
MEASURE = pathlib.Path("build/bench/measure")
STEERING = (
    "PHASELOCK_",
    "MALLOC_",
    "GLIBC_TUNABLES",
    "MIMALLOC_",
    "TCMALLOC_",
    "LD_PRELOAD",
    "PYTHONMALLOC",
    "LSAN_",
    "ASAN_",
)


class Failed(Exception):
    """A program did not do its work, so there is nothing to time."""


@dataclasses.dataclass
class Sample:
    output: str
    seconds: float  # of the whole process
    peak: int  # KiB, of the process or the largest of its children

    def nanoseconds(self) -> float:
        return float(self.output)


def use(build: pathlib.Path) -> None:
    """Sets where bench/measure.c was built."""
    global MEASURE
    MEASURE = build / "bench" / "measure"


def preload_of(allocator: str, build: pathlib.Path) -> str:
    if allocator == PHASELOCK:
        return str(build / "libphaselock.so")
    if allocator == COUNTERS:
        return str(build / "bench" / "libglobal-counters.so")
    return ALLOCATORS.get(allocator, allocator)


def environment(preload: str, more: dict[str, str] | None = None) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(STEERING)}
    clean["LC_ALL"] = "C"
    if preload:
        clean["LD_PRELOAD"] = preload
    return {**clean, **(more or {})}


@functools.lru_cache(maxsize=None)
def require_loaded(preload: str) -> None:
    """Checks that the library is loaded. The dynamic linker only warns about what it cannot
    preload, and we would time another allocator.
    """
    said = subprocess.run(
        ["/bin/true"],
        env=environment(preload),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if said.returncode != 0 or said.stderr:
        raise Failed(
            f"{preload} cannot be preloaded: "
            f"{said.stderr.strip() or f'/bin/true ended with {said.returncode}'}"
        )


class Running:
    """A program that bench/measure.c started, and its result."""

    def __init__(
        self,
        command: list[str],
        preload: str = "",
        more: dict[str, str] | None = None,
        folder: pathlib.Path | None = None,
        stdin: str | None = None,
        keep: bool = True,
    ) -> None:
        self.command, self.preload = command, preload
        for given in (preload, (more or {}).get("LD_PRELOAD", "")):
            if given:
                require_loaded(given)
        read, write = os.pipe()
        with open(stdin if stdin else os.devnull, "rb") as source:
            # measure writes to descriptor 3, so a shell moves the pipe there: Python can only keep
            # a descriptor's number.
            self.process = subprocess.Popen(
                [
                    "sh",
                    "-c",
                    f'exec "$@" 3>&{write} {write}>&-',
                    "sh",
                    str(MEASURE),
                    preload,
                    *command,
                ],
                env=environment("", more),
                cwd=folder,
                stdin=source,
                pass_fds=(write,),
                stdout=subprocess.PIPE if keep else subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        os.close(write)
        self.told = os.fdopen(read)
        first = self.told.readline()
        if not first:
            self.process.kill()
            raise Failed(
                f"{MEASURE} did not start {command[0]}: it ended with {self.process.wait()}"
            )
        self.pid = int(first)

    def end(self, allowed: tuple[int, ...] = (0,)) -> Sample:
        output = self.process.communicate()[0]
        with self.told:
            told = self.told.read().split()
        if self.process.returncode not in allowed or len(told) != 2:
            raise Failed(
                f"{' '.join(self.command)} with LD_PRELOAD={self.preload or 'nothing'} ended with "
                f"{self.process.returncode}"
            )
        return Sample((output or b"").decode(), float(told[0]) / 1e9, int(told[1]))


def run(
    command: list[str],
    preload: str = "",
    more: dict[str, str] | None = None,
    folder: pathlib.Path | None = None,
    stdin: str | None = None,
    allowed: tuple[int, ...] = (0,),
    keep: bool = True,
) -> Sample:
    """Runs a program to its end. Its stdout is kept unless keep is false."""
    return Running(command, preload, more, folder, stdin, keep).end(allowed)


@contextlib.contextmanager
def pinned(only_one: bool) -> Iterator[None]:
    """Pins what runs inside to one processor: a single thread that wanders loses its caches."""
    before = os.sched_getaffinity(0)
    if only_one:
        os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
