# SPDX-License-Identifier: MIT
"""Runs every `$` line of the code blocks of documents, and compares what the document says it
prints.

The lines of a block run in one shell, in a folder that looks like the root of the checkout and has
the build folder as build/, so that what one line exports is there in the next. Both outputs are one
text, as on a terminal. In the document `...` stands for any text, and as a line, blanks before it
or not, for any lines. Addresses, numbers of threads and processes, and times are not compared, nor
blanks at the end of lines. `\\` at the end of a line continues a command; what stands after ` # `
is a comment of it.

Usage: transcripts.py --build BUILD [DOCUMENT...]: all of the checkout's if none is named. Status: 0
if all agree, 1 if not.
"""
from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/**/*.md",
    "docs/man/*",
    "examples/**/*.md",
    "wasm/*.md",
    "lib/**/*.md",
    "tests/**/*.md",
    "cli/*.md",
)
TIMEOUT = 120
FREE = (
    (r"0x[0-9a-f]+", "0xH"),
    (r"\bthread \d+", "thread N"),
    (r"\b\d+(\.\d+)? (ns|us|ms|s)\b", "T"),
    (r"\bprocess \d+", "process N"),
)


def blocks(path: Path) -> list[tuple[int, list[str]]]:
    """The code blocks with a `$` line: the number of the first line, and the lines."""
    found, block, begin = [], None, 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.match(r"```|\.E[XE]", line):
            if block is not None and any(is_command(text) for text in block):
                found.append((begin, block))
            block, begin = ([], number + 1) if block is None else (None, 0)
        elif block is not None:
            block.append(line)
    return found


def is_command(line: str) -> bool:
    return line.startswith("$ ")


def steps(block: list[str]) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines that it prints."""
    result: list[tuple[str, list[str]]] = []
    goes_on = False
    for line in block:
        if goes_on:
            result[-1] = (f"{result[-1][0]}\n{line}", [])
        elif is_command(line):
            result.append((re.sub(r"\s{2,}# .*", "", line[2:]), []))
        elif result:
            result[-1][1].append(line)
        goes_on = line.endswith("\\")
    return result


def normal(text: str) -> str:
    for pattern, word in FREE:
        text = re.sub(pattern, word, text)
    return text.rstrip()


def pattern_of(line: str) -> str:
    if line.strip() == "...":
        return r"(?:[^\n]*\n)*"
    return "[^\n]*".join(re.escape(part) for part in normal(line).split("...")) + "\n"


def run(commands: list[str], folder: str) -> list[str]:
    """What each command printed, in one shell."""
    mark = "----- next command -----"
    script = f"\necho '{mark}'\n".join(commands)
    # The name of a program that a signal ended is the shell's business, and differs between shells.
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1; {script}"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.stdout.split(f"{mark}\n")


def check(path: Path, folder: str) -> tuple[int, list[str]]:
    """How many commands agree, and what differs."""
    agree, faults = 0, []
    name = path.relative_to(SOURCE) if path.is_relative_to(SOURCE) else path
    for begin, block in blocks(path):
        wanted = steps(block)
        for (command, lines), output in zip(
            wanted, run([command for command, _ in wanted], folder)
        ):
            real = [normal(line) for line in output.splitlines()]
            if re.fullmatch(
                "".join(map(pattern_of, lines)).removesuffix("\n") + "\n?", "\n".join(real) + "\n"
            ):
                agree += 1
                continue
            diff = difflib.unified_diff(
                [normal(line) for line in lines], real, "the document", "the program", lineterm=""
            )
            faults.append(f"{name}:{begin}: $ {command}\n" + "\n".join(diff))
    return agree, faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("documents", nargs="*", type=Path)
    arguments = parser.parse_args()
    documents = arguments.documents or sorted(
        {path for glob in DOCUMENTS for path in SOURCE.glob(glob) if path.is_file()}
    )
    agree, faults = 0, []
    with tempfile.TemporaryDirectory(prefix="phaselock-transcripts-") as folder:
        for entry in SOURCE.iterdir():
            if entry.name != "build":
                os.symlink(entry, Path(folder, entry.name))
        os.symlink(arguments.build.resolve(), Path(folder, "build"))
        os.environ["PATH"] = f"{arguments.build.resolve()}:{os.environ['PATH']}"
        for path in documents:
            one, more = check(path.resolve(), folder)
            agree, faults = agree + one, faults + more
    print(*faults, f"{agree} commands agree, {len(faults)} do not", sep="\n")
    return 1 if faults or agree == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
