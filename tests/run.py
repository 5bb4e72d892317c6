#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the unit test programs and the cases of the behaviour and command suites.

Unit tests, tests/unit/test_*.c: the program BUILD/tests/unit/test_* runs, and its TAP is counted.

Cases are declared in the first block comment of *.c and *.cc in tests/behaviour and tests/harness
(after the line with the licence), and in *.test files, there without a comment's stars. The text
above the first field is prose. A field is `name: value` at the start of a line; a line indented by
four blanks or more continues the value above it.

    shows: PL-011 PL-030          the requirements that the cases show (required)
    needs: valgrind gcc           programs that must be on PATH, or the case is skipped, visibly;
                                  `root` is a need too; a need with a slash ({build}/...) must have
                                  been built
    each: NAME VALUE ...          the case runs for each value, which replaces {NAME} everywhere;
                                  several names give all combinations; NAME=OTHER with values a=b
                                  c=d gives {NAME} and {OTHER} in pairs
    run: {self} {NAME}            begins a case; split as by a shell, but run without one; a file
                                  without `run:` runs {self}
    script: make it && run it     begins a case too: /bin/sh runs it
    environment: A=B              added to the runner's environment without PHASELOCK_* and
                                  LD_PRELOAD
    timeout: 20                   seconds; 30 if not given
    backend: jemalloc             which backends of --backend run the case; all if not given;
                                  jemalloc is the one without that option
    libc: glibc musl              the C libraries for which the program is built; glibc if not given
    exit: 0                       a number, or the name of a signal (required)
    stdout: and stderr:           then `| text` for each line of the stream; a stream that is not
                                  given must be empty

Fields above the first `run:` hold for every case of the file. {self} is the program, {build} the
build folder, {source} the root of the checkout, {tmp} the case's own folder, in which it runs. In a
stream {any} is any text in a line, {number} decimal digits, {hex} 0x and hex digits. These stand
for whole lines: `| {frames}` any number of lines ` #N ...`; `| {details}` any number that begin
with two blanks, which are the frames and what stands below them in a report; `| {lines}` any number
of any lines; `| {not-armed}` the line, if there is one, in which the library says at its start what
it does not see. Exit status: 0 if something ran and nothing failed, else 1.

--backend NAME runs the behaviour programs of the paths a second time, unchanged, with BUILD/NAME
first among the dynamic linker's folders: it holds the library over another allocator, under the
same name. musl is another C library: with it, only the programs that are built for it run.

A failure ends with a line that runs the case by hand, and one that runs it here: --only FILE:CASE,
where both are patterns. With --gdb the one selected case runs under the debugger.
"""
from __future__ import annotations

import argparse
import dataclasses
import fnmatch
import os
import re
import resource
import shlex
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner.case import by_hand, child_environment, debug, execute, run_case
from runner.declarations import Malformed, declaration_lines, libcs, parse, spell_out

SOURCE = Path(__file__).resolve().parent.parent
FIRST_BACKEND = "jemalloc"
LIBC_OF = {"musl": "musl"}  # of a backend; the others are glibc's
PROGRAM_SUITES = ("behaviour", "harness")
SLOWEST = 5
UNIT_SECONDS = 120


@dataclasses.dataclass
class Failure:
    """What differs, and how to see it again. Cases that differ alike are shown once."""

    name: str
    difference: str
    again: str = ""


@dataclasses.dataclass
class Result:
    """What came of a file: texts for people, and counts for the last line."""

    passed: int = 0
    failures: list[Failure] = dataclasses.field(default_factory=list)
    skips: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 0.0


@dataclasses.dataclass
class Wanted:
    """Which files and which of their cases are run, and how."""

    build: Path
    file: str = "*"
    case: str = "*"
    gdb: bool = False
    library: Path | None = None
    patience: int = 1

    def has_file(self, path: Path) -> bool:
        return fnmatch.fnmatch(path.name, self.file) or fnmatch.fnmatch(path.stem, self.file)

    def has_case(self, name: str) -> bool:
        return name == self.case or fnmatch.fnmatchcase(name, self.case)


def missing(needs: list[str]) -> list[str]:
    """What of a case's needs this machine does not have, in words."""
    reasons = [
        f"{need} is not {'there' if '/' in need else 'on PATH'}"
        for need in needs
        if need != "root"
        and shutil.which(need, os.F_OK if "/" in need else os.F_OK | os.X_OK) is None
    ]
    if "root" in needs and os.geteuid() != 0:
        reasons.append("this is not root")
    return reasons


def run_cases(path: Path, wanted: Wanted, backend: str) -> Result:
    result = Result()
    build = wanted.build
    own = backend in LIBC_OF
    place = wanted.library if backend == FIRST_BACKEND else None if own else build / backend
    library = {"LD_LIBRARY_PATH": str(place)} if place else {}
    programs = (build / backend if own else build) / "tests"
    places = {
        "self": str(programs / path.parent.name / path.stem),
        "build": str(build),
        "source": str(SOURCE),
    }
    try:
        declarations = parse(declaration_lines(path))
        if LIBC_OF.get(backend, "glibc") not in libcs(declarations):
            return result
        cases = [case for one in declarations for case in spell_out(one, places)]
    except (Malformed, ValueError) as error:
        result.failures.append(Failure("its declaration", str(error)))
        return result
    if path.suffix != ".test" and not os.path.exists(places["self"]):
        result.failures.append(Failure("not built", places["self"]))
        return result
    option = "" if backend == FIRST_BACKEND else f" --backend {backend}"
    option += f" --library {os.path.relpath(wanted.library)}" if wanted.library else ""
    for case in cases:
        if case.backends and backend not in case.backends or not wanted.has_case(case.name):
            continue
        case.environment = {**library, **case.environment}
        case.timeout *= wanted.patience
        reasons = missing(case.needs)
        if reasons:
            result.skips.append(f"{case.name}: {', '.join(reasons)}")
            continue
        if wanted.gdb:
            debug(case.run, case.environment)
        difference = run_case(case)
        if difference:
            only = shlex.quote(f"{path.name}:{case.name}")
            again = (
                f"{os.path.relpath(__file__)} --build {os.path.relpath(build)}{option} --only "
                f"{only} "
                f"{os.path.relpath(path)}"
            )
            result.failures.append(
                Failure(
                    case.name,
                    difference,
                    f"    again:   {again}\n    by hand: {by_hand(case, str(build / 'case'))}",
                )
            )
        else:
            result.passed += 1
    return result


def run_unit(path: Path, wanted: Wanted) -> Result:
    """Runs a CMocka program and counts the numbered lines of its TAP; the line of the group has no
    number.
    """
    result = Result()
    program = str(wanted.build / "tests" / "unit" / path.stem)
    if wanted.gdb:
        debug([program], {})
    environment = {**child_environment(), "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    try:
        status, out, err = execute(
            [program], environment, str(SOURCE), UNIT_SECONDS * wanted.patience
        )
    except OSError as error:
        result.failures.append(Failure("cannot run", str(error)))
        return result
    planned = sum(int(count) for count in re.findall(r"^1\.\.([0-9]+)$", out, re.MULTILINE))
    tests = re.findall(r"^(ok|not ok) [0-9]+ (# SKIP )?(?:- )?(.*)$", out, re.MULTILINE)
    result.skips = [f"{name}: the test says so" for _, skip, name in tests if skip]
    result.passed = sum(1 for verdict, skip, _ in tests if verdict == "ok" and not skip)
    result.failures = [
        Failure(name, "") for verdict, skip, name in tests if verdict == "not ok" and not skip
    ]
    if not result.failures and (planned == 0 or planned != len(tests)):
        result.failures.append(
            Failure("its plan", f"{planned} tests planned, {len(tests)} reported")
        )
    if not result.failures and status != "0":
        result.failures.append(
            Failure("its end", f"every test passed, but the program ended with {status}")
        )
    if result.failures:
        last = result.failures[-1]
        last.difference = f"{last.difference}\nstatus {status}, its output:\n{out}{err}".strip()
        last.again = f"    by hand: CMOCKA_MESSAGE_OUTPUT=TAP {os.path.relpath(program)}"
    return result


def is_unit(path: Path) -> bool:
    return path.parent.name == "unit"


def belongs(path: Path) -> bool:
    if is_unit(path):
        return path.name.startswith("test_") and path.suffix == ".c"
    return path.suffix == ".test" or (
        path.parent.name in PROGRAM_SUITES and path.suffix in (".c", ".cc")
    )


def find(paths: list[str], wanted: Wanted) -> list[Path]:
    """The files to run under the paths, in the order of their names, the unit tests first."""
    found = set()
    for name in paths:
        path = Path(name).resolve()
        if not path.exists():
            sys.exit(f"run.py: {name}: no such file or folder")
        found.update(
            file for file in ([path] if path.is_file() else path.rglob("*")) if belongs(file)
        )
    found = {path for path in found if wanted.has_file(path)}
    return sorted(found, key=lambda path: (not is_unit(path), str(path)))


def show(path: Path, result: Result) -> None:
    name = path.relative_to(SOURCE) if path.is_relative_to(SOURCE) else path
    kind = "test" if is_unit(path) else "case"
    count = result.passed + len(result.failures)
    if result.failures:
        print(f"FAIL {name} ({len(result.failures)} of {count} {kind}s)")
    elif count > 0:
        print(f"ok   {name} ({count} {kind}{'' if count == 1 else 's'})")
    alike: dict[str, list[Failure]] = {}
    for failure in result.failures:
        alike.setdefault(failure.difference, []).append(failure)
    for difference, failures in alike.items():
        for failure in failures:
            print(f"FAIL {name}: {failure.name}")
        if len(failures) > 1 and difference:
            print(f"    all {len(failures)} in the same way:")
        print(*filter(None, (difference, failures[0].again)), sep="\n")
    for skip in result.skips:
        print(f"skip {name}: {skip}")
    sys.stdout.flush()


def run_files(
    files: list[Path], wanted: Wanted, backend: str, jobs: int, total: Result
) -> list[tuple[float, str]]:
    """Runs files, shows what came of each and adds it to the total. Returns how long each took, and
    its name.
    """

    def run_file(path: Path) -> Result:
        begin = time.monotonic()
        result = run_unit(path, wanted) if is_unit(path) else run_cases(path, wanted, backend)
        result.seconds = time.monotonic() - begin
        return result

    times = []
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for path, result in zip(files, pool.map(run_file, files)):
            show(path, result)
            total.passed += result.passed
            total.failures += result.failures
            total.skips += result.skips
            times.append(
                (
                    result.seconds,
                    f"{path.name}{'' if backend == FIRST_BACKEND else f' ({backend})'}",
                )
            )
    return times


def arguments_of_caller() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Runs tests; the last line is 'N passed, N failed'."
    )
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument(
        "--skip", action="append", default=[], metavar="REASON", help="say what is not run, and why"
    )
    parser.add_argument("--jobs", type=int, default=2, help="files run at a time (2)")
    parser.add_argument(
        "--only",
        default="*",
        metavar="FILE[:CASE]",
        help="only files of that name, with or without its ending, and of them only cases of that "
        "name; both are patterns",
    )
    parser.add_argument("--gdb", action="store_true", help="the first case that is left, under gdb")
    parser.add_argument(
        "--library",
        type=Path,
        metavar="FOLDER",
        help="the programs have the library in that folder in the place of BUILD's own",
    )
    parser.add_argument(
        "--patience",
        type=int,
        default=1,
        metavar="TIMES",
        help="so many times the time that a test has, for a build that is slow (1)",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        metavar="NAME",
        help="run the behaviour programs over the library in BUILD/NAME too",
    )
    return parser.parse_args()


def main() -> int:
    arguments = arguments_of_caller()
    file, _, case = arguments.only.partition(":")
    wanted = Wanted(
        Path(arguments.build).resolve(),
        file or "*",
        case or "*",
        arguments.gdb,
        arguments.library and arguments.library.resolve(),
        arguments.patience,
    )
    files = find(arguments.paths, wanted)
    total = Result()
    # Inherited, too: in the background, or under nohup, signals are ignored that tests send.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    # Inherited: children that abort leave no core, but one that asks for it may.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    for reason in arguments.skip:
        print(f"skip {reason}")
    times = run_files(files, wanted, FIRST_BACKEND, arguments.jobs, total)
    programs = [path for path in files if path.parent.name in PROGRAM_SUITES]
    for backend in arguments.backend:
        if not (wanted.build / backend).is_dir():
            sys.exit(f"run.py: --backend {backend}: there is no folder {wanted.build / backend}")
        before = total.passed
        print(f"---- backend {backend}: the programs once more, over {wanted.build / backend}")
        times += run_files(programs, wanted, backend, arguments.jobs, total)
        print(f"---- backend {backend}: {total.passed - before} passed")
    print(
        "slowest:",
        ", ".join(
            f"{name} {seconds:.1f} s" for seconds, name in sorted(times, reverse=True)[:SLOWEST]
        ),
    )
    skipped = f", {len(total.skips)} skipped" if total.skips else ""
    print(f"{total.passed} passed, {len(total.failures)} failed{skipped}")
    return 1 if total.failures or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
