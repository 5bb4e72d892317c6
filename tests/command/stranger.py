#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks for the files of a run at its socket: as a descendant of the command, and as somebody else.
"""
import os
import socket
import subprocess
import sys


def ask(name: str) -> int:
    """Returns how many files came."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
        asking.settimeout(10)
        asking.connect(b"\0" + name.encode())
        _, files, _, _ = socket.recv_fds(asking, 1, 8)
        return len(files)


if len(sys.argv) == 1:
    name = os.environ["PHASELOCK_RUN_CHANNEL"].split(":", 3)[3]
    print(f"descendant: {ask(name)} files\n{name}", flush=True)
    sys.stdin.read()
    sys.exit()

with subprocess.Popen(
    [sys.argv[1], "run", "--follow-children", sys.executable, __file__],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    text=True,
) as run:
    print(run.stdout.readline(), end="")
    print(f"stranger: {ask(run.stdout.readline().strip())} files")
