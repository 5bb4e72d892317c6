# SPDX-License-Identifier: MIT
"""bpftrace as tests run it: started before the program, waited for until its probes are attached,
ended when all that came before the end of the program is printed."""
from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from collections.abc import Iterator

PATIENCE = 60
# What version 0.17 says while all goes well.
NOISE = ("RLIMIT_MEMLOCK", "failed to detach probe", "uprobe_events")
# It reads the buffers of all processors in turn: what came before one tick is read with the next.
TICK = 'interval:ms:100 { printf("TICK\\n"); }'


def read_until_tick(process: subprocess.Popen, printed: list[dict]) -> None:
    for line in process.stdout:
        one = json.loads(line) if line.startswith("{") else {}
        if one.get("data") == "TICK\n":
            return
        printed.append(one)
    raise RuntimeError(f"bpftrace ended: {process.stderr.read()}")


@contextlib.contextmanager
def traced(script: str) -> Iterator[list[dict]]:
    """Runs a script around the body; then fills the list that it gave with what the script printed,
    as -f json has it."""
    printed: list[dict] = []
    with subprocess.Popen(
        ["bpftrace", "-f", "json", "-e", f"{script}\n{TICK}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            signal.alarm(PATIENCE)
            read_until_tick(process, printed)
            yield printed
            for _ in range(3):
                read_until_tick(process, printed)
        finally:
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate()
            signal.alarm(0)
    wrong = [line for line in errors.splitlines() if not any(word in line for word in NOISE)]
    assert not wrong, wrong
    printed += [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def lines(printed: list[dict]) -> list[str]:
    """The lines of the script's printf, each of which begins with nsecs, in the order of time."""
    text = "".join(one["data"] for one in printed if one.get("type") == "printf")
    found = [line.split(" ", 1) for line in text.splitlines() if line != "TICK"]
    return [line for _, line in sorted((int(time), line) for time, line in found)]
