# SPDX-License-Identifier: MIT
"""Runs one case, and says what differs from what it declares."""
from __future__ import annotations

import difflib
import os
import re
import shlex
import signal
import subprocess
import tempfile

from runner.declarations import Case, substitute

PATTERNS = {"any": "[^\n]*", "number": "[0-9]+", "hex": "0x[0-9a-f]+"}
WHOLE_LINES = {
    "{frames}": "(?:    #[0-9]+ [^\n]*\n)*",
    "{details}": "(?:  [^\n]*\n)*",
    "{lines}": "(?:[^\n]*\n)*",
    "{not-armed}": "(?:phaselock: not armed: [^\n]* go(?:es)? to another allocator\n)?",
}
NO_NEWLINE = "(no newline at the end)"


def line_pattern(line: str) -> str:
    """The regular expression of one expected line, its end included."""
    if line in WHOLE_LINES:
        return WHOLE_LINES[line]
    parts = re.split(r"\{(any|number|hex)\}", line)
    return (
        "".join(PATTERNS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts)) + "\n"
    )


def compare(name: str, expected: list[str], text: str) -> str:
    """A unified diff of an expected stream and the real one; "" if they agree."""
    if text and not text.endswith("\n"):
        text += "\n" + NO_NEWLINE + "\n"
    if re.fullmatch("".join(map(line_pattern, expected)), text):
        return ""
    shown = []
    for line in text.splitlines():
        # A line that was expected is shown as it was expected, so that only differences stand out.
        like = [
            want
            for want in expected
            if want != "{lines}" and re.fullmatch(line_pattern(want), line + "\n")
        ]
        if not (like and like[0] == "{details}" and shown and shown[-1] == "{details}"):
            shown.append(like[0] if like else line)
    diff = list(
        difflib.unified_diff(expected, shown, f"expected {name}", f"real {name}", lineterm="")
    )
    return "\n".join(
        diff or [f"real {name}, which differs in the number or order of its lines:", text.rstrip()]
    )


def status_name(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else str(status)


def child_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PHASELOCK_") and name != "LD_PRELOAD"
    }


def execute(
    run: list[str], environment: dict[str, str], folder: str, timeout: float
) -> tuple[str, str, str]:
    """Runs a command; returns how it ended and its streams. At a timeout its whole process group is
    ended.
    """
    with subprocess.Popen(
        run,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        errors="replace",
    ) as child:
        try:
            out, err = child.communicate(timeout=timeout)
            status = status_name(child.returncode)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            status = f"timeout after {timeout:g} s"
    return status, out, err


def run_case(case: Case) -> str:
    """Returns "" if the case passed, else what differs."""
    with tempfile.TemporaryDirectory(prefix="phaselock-test-") as folder:
        place = {"tmp": folder}
        environment = {name: substitute(value, place) for name, value in case.environment.items()}
        command = [substitute(word, place) for word in case.run]
        try:
            status, out, err = execute(
                command, {**child_environment(), **environment}, folder, case.timeout
            )
        except OSError as error:
            return f"cannot run: {error}"
        expected = {
            name: [substitute(line, place) for line in lines]
            for name, lines in case.streams.items()
        }
    faults = [f"exit: expected {case.exit}, real {status}"] if status != case.exit else []
    faults += [
        compare("stdout", expected["stdout"], out),
        compare("stderr", expected["stderr"], err),
    ]
    return "\n".join(fault for fault in faults if fault)


def by_hand(case: Case, folder: str) -> str:
    """A line for a shell that runs the case in that folder as run_case() does in one of its own."""
    settings = [f"{name}={value}" for name, value in case.environment.items()]
    command = [substitute(word, {"tmp": folder}) for word in ["env", *settings, *case.run]]
    return f"mkdir -p {folder} && cd {folder} && {shlex.join(command)}"


def debug(run: list[str], environment: dict[str, str]) -> None:
    """Becomes the debugger, which runs the program with the environment and has none of it."""
    settings = shlex.join(f"{name}={value}" for name, value in environment.items())
    os.execvp(
        "gdb",
        ["gdb", *(["-ex", f"set exec-wrapper env {settings}"] if settings else []), "--args", *run],
    )
