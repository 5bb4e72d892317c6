# SPDX-License-Identifier: MIT
"""Whole programs: compares the time of a task and the largest size of its processes with phaselock
preloaded and with other allocators.

The work is made here or is in the repository, so it is the same everywhere. git works on a copy of
this checkout's history.
"""
from __future__ import annotations

import os
import pathlib
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable

import programs
import turns

HERE = pathlib.Path(__file__).resolve().parent
BASELINES = ("jemalloc", "glibc")
TIME_TARGET, SIZE_TARGET = 1.02, 1.05  # against jemalloc
ROUNDS = 31
REQUESTS = 30000  # of redis
C_FUNCTIONS = 400


def source(folder: pathlib.Path) -> pathlib.Path:
    """A large C file: functions with loops, switches and structures, no two alike."""
    lines = ["#include <stddef.h>", "#include <string.h>", "#include <stdio.h>"]
    for i in range(C_FUNCTIONS):
        cases = " ".join(
            f"case {k}: total += item->field{k % 4} * {i + k}; break;" for k in range(12)
        )
        lines.append(
            f"struct item{i} {{ int field0, field1, field2, field3; char name[{8 + i % 40}]; }};\n"
            f"int work{i}(struct item{i} *items, size_t count) {{ int total = {i};\n"
            f"for (size_t n = 0; n < count; n++) {{ struct item{i} *item = &items[n];\n"
            f"switch (item->field0 % 13) {{ {cases} default: total -= (int)strlen(item->name); }}\n"
            f'if (total > {i * 31}) snprintf(item->name, sizeof(item->name), "%d", total); }}\n'
            "return total; }"
        )
    path = folder / "large.c"
    path.write_text("\n".join(lines) + "\n")
    return path


def repository(folder: pathlib.Path) -> pathlib.Path:
    path = folder / "history.git"
    if not path.exists():
        programs.run(["git", "clone", "-q", "--bare", "--no-local", str(HERE.parent), str(path)])
    return path


def git(repository_path: pathlib.Path, folder: pathlib.Path, preload: str) -> programs.Sample:
    """git makes its log as patches, checks all objects, and repacks a copy. It uses one thread, so
    that the work is the same.
    """
    copy = folder / "repacked.git"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(repository_path, copy)
    samples = [
        programs.run(["git", *words], preload, folder=copy, keep=False)
        for words in (
            ["log", "-p", "--stat"],
            ["fsck", "--full"],
            ["repack", "-adfq", "--threads=1", "--depth=20"],
        )
    ]
    return programs.Sample(
        "", sum(sample.seconds for sample in samples), max(sample.peak for sample in samples)
    )


def redis(folder: pathlib.Path, preload: str) -> programs.Sample:
    """The time of redis-benchmark, without a preload, and the size of the server, with it. They
    talk over a socket of their own.
    """
    path = folder / "redis.sock"
    path.unlink(missing_ok=True)
    server = programs.Running(
        [
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(folder),
            "--daemonize",
            "no",
        ],
        preload,
        keep=False,
    )
    try:
        wait_for(path, server)
        client = programs.run(
            [
                "redis-benchmark",
                "-s",
                str(path),
                "-q",
                "-n",
                str(REQUESTS),
                "-c",
                "20",
                "-P",
                "8",
                "-r",
                "20000",
                "-d",
                "200",
                "-t",
                "set,get,lpush,lpop,sadd,hset,zadd",
            ],
            keep=False,
        )
    finally:
        if server.process.poll() is None:
            os.kill(server.pid, signal.SIGTERM)
    return programs.Sample("", client.seconds, server.end().peak)


def wait_for(path: pathlib.Path, server: programs.Running) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        if server.process.poll() is not None:
            break
        time.sleep(0.01)
    raise programs.Failed("redis-server does not listen")


def tasks(folder: pathlib.Path) -> dict[str, tuple[str, Callable[[str], programs.Sample]]]:
    """Name -> what it means, and a function that runs it with something preloaded."""
    large = source(folder)
    python = [os.path.realpath(sys.executable), "-s", str(HERE / "objects.py")]
    sql = str(HERE / "speed.sql")
    compile_large = ["gcc", "-O1", "-c", str(large), "-o", str(folder / "large.o")]
    return {
        "sqlite3": (
            "bench/speed.sql",
            lambda preload: programs.run(["sqlite3", ":memory:"], preload, stdin=sql),
        ),
        "python3": ("bench/objects.py", lambda preload: programs.run(python, preload)),
        "python3-malloc": (
            "the same, with each object from malloc",
            lambda preload: programs.run(python, preload, {"PYTHONMALLOC": "malloc"}),
        ),
        "gcc": (
            "gcc -O1 of a generated file of 400 functions",
            lambda preload: programs.run(compile_large, preload),
        ),
        "git": (
            "log -p, fsck and repack of this repository",
            lambda preload: git(repository(folder), folder, preload),
        ),
        "redis": ("redis-server under redis-benchmark", lambda preload: redis(folder, preload)),
    }


def preload_for(bench, task: str, allocator: str) -> str:
    """Debian's redis-server is linked with jemalloc. It uses glibc's malloc only if libc is
    preloaded in front.
    """
    return "libc.so.6" if (task, allocator) == ("redis", "glibc") else bench.preload(allocator)


def measure(bench) -> None:
    folder = bench.build / "bench" / "macro"
    folder.mkdir(parents=True, exist_ok=True)
    for task, (meaning, run) in tasks(folder).items():
        if not bench.wanted(f"macro/{task}"):
            continue
        runs = {
            allocator: lambda preload=preload_for(bench, task, allocator): run(preload)
            for allocator in (programs.PHASELOCK, *BASELINES)
        }
        with programs.pinned(task != "redis"):
            taken = turns.take(runs, min(bench.rounds, ROUNDS))
        for other in BASELINES:
            stock = other == "jemalloc"
            for what, target in (("time", TIME_TARGET), ("size", SIZE_TARGET)):
                figure = "seconds" if what == "time" else "peak"
                bench.add(
                    turns.of_pairs(
                        bench.part,
                        f"macro/{task}/{what}/{other}",
                        other,
                        [getattr(sample, figure) for sample in taken[programs.PHASELOCK]],
                        [getattr(sample, figure) for sample in taken[other]],
                        target=target if stock else None,
                        meaning=meaning,
                    )
                )
