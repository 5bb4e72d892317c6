#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the unit test programs and the cases of the behaviour and command suites.

Unit tests, tests/unit/test_*.c: the program BUILD/tests/unit/test_* is run and its TAP is counted.

Cases are declared in the first block comment of *.c and *.cc in tests/behaviour and tests/harness (after the line with
the licence), and in *.test files without the comment's stars. What stands above the first field is prose. A field is `name: value` at
the start of a line; a line indented by four blanks or more continues the value above it.

    shows: PL-011 PL-030          the requirements that the cases show (required)
    needs: valgrind gcc           programs that must be on PATH, or the case is skipped, visibly; root is one, too; one with
                                  its folder ({build}/...) must have been built
    each: NAME VALUE ...          the case is run for each value, {NAME} standing for it everywhere; several names give
                                  all combinations; NAME=OTHER with values a=b c=d gives {NAME} and {OTHER} in pairs
    run: {self} {NAME}            begins a case; split as a shell does, but run without one; {self} if there is none
    environment: A=B              added to the runner's environment without PHASELOCK_* and LD_PRELOAD
    timeout: 20                   seconds, 30 if not given
    backend: jemalloc             of the backends of --backend, those with which the case is run; all if not given.
                                  jemalloc is the one without that option
    exit: 0                       a number, or the name of a signal (required)
    stdout: and stderr:           then `| text` for each line of the stream; a stream not given must be empty

What stands above the first `run:` holds for every case of the file. {self} is the program, {build} the build folder,
{source} the root of the checkout, {tmp} a folder of the case in which it runs. In a stream {any} is any text in a line,
{number} decimal digits, {hex} 0x and hex digits; `| {frames}` is any number of lines `    #N ...`, `| {details}` any
number that begin with two blanks, frames and what stands below them in a report, `| {lines}` any number of lines, and `| {not-armed}` the line, if there is one, in which the library says at its start what it does not
see. Exit status: 0 if something ran and nothing failed, else 1.

--backend NAME runs the behaviour programs of the paths a second time, unchanged, with BUILD/NAME first among the
folders of the dynamic linker: there lies the library over another allocator, under the same name. If programs of
their own lie under BUILD/NAME/tests, for another C library, those are run, and no others.
"""
from __future__ import annotations

import argparse
import dataclasses
import difflib
import fnmatch
import itertools
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
LISTS = ("shows", "needs", "each", "environment")
FIRST_BACKEND = "jemalloc"
PROGRAM_SUITES = ("behaviour", "harness")
STREAMS = ("stdout", "stderr")
FIELD = re.compile(r"(shows|needs|each|run|environment|timeout|backend|exit|stdout|stderr):(?: (.*))?$")
PATTERNS = {"any": "[^\n]*", "number": "[0-9]+", "hex": "0x[0-9a-f]+"}
WHOLE_LINES = {"{frames}": "(?:    #[0-9]+ [^\n]*\n)*", "{details}": "(?:  [^\n]*\n)*", "{lines}": "(?:[^\n]*\n)*",
               "{not-armed}": "(?:phaselock: not armed: [^\n]* go(?:es)? to another allocator\n)?"}
NO_NEWLINE = "(no newline at the end)"


class Malformed(Exception):
    """A declaration that cannot be run."""


@dataclasses.dataclass
class Declaration:
    """The fields of one case as they stand in the file, before `each` is spelt out."""
    values: dict[str, list[str]] = dataclasses.field(default_factory=dict)

    def inherit(self) -> Declaration:
        return Declaration({name: list(lines) for name, lines in self.values.items()})

    def one(self, name: str, default: str | None = None) -> str:
        if name not in self.values and default is None:
            raise Malformed(f"a case without '{name}:'")
        return self.values[name][-1] if name in self.values else str(default)


@dataclasses.dataclass
class Case:
    name: str
    run: list[str]
    environment: dict[str, str]
    timeout: float
    exit: str
    streams: dict[str, list[str]]
    needs: list[str]
    backends: list[str]


@dataclasses.dataclass
class Result:
    """What came of a file: texts for people, and counts for the last line."""
    passed: int = 0
    failures: list[str] = dataclasses.field(default_factory=list)
    skips: list[str] = dataclasses.field(default_factory=list)


# ---- declarations --------------------------------------------------------------------------------------

def declaration_lines(path: Path) -> list[str]:
    """The lines in which a file declares its cases, without what makes them a comment."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".test":
        return text.splitlines()
    text = re.sub(r"\A/\*[^\n]*SPDX[^\n]*\*/\n|\A//[^\n]*SPDX[^\n]*\n", "", text)
    comment = re.match(r"\s*/\*(.*?)\*/", text, re.DOTALL)
    if comment is None:
        raise Malformed("no block comment at the start")
    return [re.sub(r"^\s*\* ?", "", line) for line in comment.group(1).splitlines()]


def parse(lines: list[str]) -> list[Declaration]:
    """The cases of a file. Above its first field anything may stand, below it only fields."""
    common = Declaration()
    current, last, fields, own = common, "", [], set()
    for line in lines:
        field = FIELD.match(line.rstrip())
        if field:
            last = field.group(1)
            if last == "run":
                current, own = common.inherit(), set()
                fields.append(current)
            if last not in LISTS and last in own:
                raise Malformed(f"'{last}:' twice in one case")
            if last not in LISTS:
                current.values[last] = []
            own.add(last)
            value = field.group(2)
            if last not in STREAMS:
                current.values.setdefault(last, []).append(value or "")
            elif value:
                raise Malformed(f"'{last}:' is followed by lines '| text'")
        elif last in STREAMS and re.match(r"\|( |$)", line):
            current.values[last].append(line[2:])
        elif last and line.startswith("    ") and last not in STREAMS:
            current.values[last][-1] = f"{current.values[last][-1]} {line.strip()}".strip()
        elif last and line.strip():
            raise Malformed(f"not a field: {line.strip()}")
    return fields or [common]


def combinations(declaration: Declaration) -> list[dict[str, str]]:
    """What `each` makes of one declaration: the values of the names, for every combination."""
    axes: dict[str, list[dict[str, str]]] = {}
    for line in declaration.values.get("each", []):
        names, *values = shlex.split(line)
        keys = names.split("=")
        for value in values:
            parts = value.split("=", len(keys) - 1)
            if len(parts) != len(keys):
                raise Malformed(f"each: {names} does not fit {value}")
            axes.setdefault(names, []).append(dict(zip(keys, parts)))
    merged = []
    for choice in itertools.product(*axes.values()):
        merged.append({name: value for part in choice for name, value in part.items()})
    return merged


def substitute(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match.group(1), match.group(0)), text)


def spell_out(declaration: Declaration, places: dict[str, str]) -> list[Case]:
    """The cases that one declaration stands for. {tmp} is left for the moment of the run."""
    cases = []
    if not declaration.values.get("shows"):
        raise Malformed("a case without 'shows:'")
    for choice in combinations(declaration):
        values = {**places, **choice}
        run = [substitute(word, values) for word in shlex.split(declaration.one("run", "{self}"))]
        settings = [substitute(line, values) for line in declaration.values.get("environment", [])]
        title = substitute(declaration.one("run", Path(places["self"]).name), choice)
        cases.append(Case(
            name=" ".join([*settings, title]).replace("{self}", Path(places["self"]).name),
            run=run,
            environment=dict(setting.split("=", 1) for setting in settings),
            timeout=float(declaration.one("timeout", "30")),
            exit=substitute(declaration.one("exit"), values),
            streams={name: [substitute(line, values) for line in declaration.values.get(name, [])]
                     for name in STREAMS},
            needs=substitute(" ".join(declaration.values.get("needs", [])), values).split(),
            backends=declaration.one("backend", "").split()))
    return cases


# ---- one case ------------------------------------------------------------------------------------------

def line_pattern(line: str) -> str:
    """The regular expression of one expected line, its end included."""
    if line in WHOLE_LINES:
        return WHOLE_LINES[line]
    parts = re.split(r"\{(any|number|hex)\}", line)
    return "".join(PATTERNS[part] if i % 2 else re.escape(part) for i, part in enumerate(parts)) + "\n"


def compare(name: str, expected: list[str], text: str) -> str:
    """A unified diff of an expected stream and the real one; "" if they agree."""
    if text and not text.endswith("\n"):
        text += "\n" + NO_NEWLINE + "\n"
    if re.fullmatch("".join(map(line_pattern, expected)), text):
        return ""
    shown = []
    for line in text.splitlines():
        # A line that was expected is shown as it was expected, so that only differences stand out.
        like = [want for want in expected if want != "{lines}" and re.fullmatch(line_pattern(want), line + "\n")]
        if not (like and like[0] == "{details}" and shown and shown[-1] == "{details}"):
            shown.append(like[0] if like else line)
    diff = list(difflib.unified_diff(expected, shown, f"expected {name}", f"real {name}", lineterm=""))
    return "\n".join(diff or [f"real {name}, which differs in the number or order of its lines:", text.rstrip()])


def status_name(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else str(status)


def child_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items()
            if not name.startswith("PHASELOCK_") and name != "LD_PRELOAD"}


def execute(run: list[str], environment: dict[str, str], folder: str, timeout: float) -> tuple[str, str, str]:
    """Runs a command; returns how it ended and its streams. At a timeout its whole process group is ended."""
    with subprocess.Popen(run, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, start_new_session=True, text=True, errors="replace") as child:
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
            status, out, err = execute(command, {**child_environment(), **environment}, folder, case.timeout)
        except OSError as error:
            return f"cannot run: {error}"
        expected = {name: [substitute(line, place) for line in lines] for name, lines in case.streams.items()}
    faults = [f"exit: expected {case.exit}, real {status}"] if status != case.exit else []
    faults += [compare("stdout", expected["stdout"], out), compare("stderr", expected["stderr"], err)]
    return "\n".join(fault for fault in faults if fault)


# ---- files ---------------------------------------------------------------------------------------------

def run_cases(path: Path, build: Path, backend: str) -> Result:
    result = Result()
    own = build / backend / "tests"
    library = {} if backend == FIRST_BACKEND or own.is_dir() else {"LD_LIBRARY_PATH": str(build / backend)}
    programs = own if own.is_dir() else build / "tests"
    places = {"self": str(programs / path.parent.name / path.stem), "build": str(build), "source": str(SOURCE)}
    try:
        cases = [case for one in parse(declaration_lines(path)) for case in spell_out(one, places)]
    except (Malformed, ValueError) as error:
        result.failures.append(f"its declaration: {error}")
        return result
    if path.suffix != ".test" and not os.path.exists(places["self"]):
        result.failures.append(f"not built: {places['self']}")
        return result
    for case in cases:
        if case.backends and backend not in case.backends:
            continue
        case.environment = {**library, **case.environment}
        missing = [f"{need} is not {'built' if '/' in need else 'on PATH'}"
                   for need in case.needs if need != "root" and shutil.which(need) is None]
        if "root" in case.needs and os.geteuid() != 0:
            missing.append("this is not root")
        if missing:
            result.skips.append(f"{case.name}: {', '.join(missing)}")
            continue
        difference = run_case(case)
        if difference:
            result.failures.append(f"{case.name}\n{difference}")
        else:
            result.passed += 1
    return result


def run_unit(path: Path, build: Path) -> Result:
    """Runs a CMocka program and counts the numbered lines of its TAP; the line of the group has no number."""
    result = Result()
    program = str(build / "tests" / "unit" / path.stem)
    environment = {**child_environment(), "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    try:
        status, out, err = execute([program], environment, str(SOURCE), 120)
    except OSError as error:
        result.failures.append(f"cannot run: {error}")
        return result
    planned = sum(int(count) for count in re.findall(r"^1\.\.([0-9]+)$", out, re.MULTILINE))
    tests = re.findall(r"^(ok|not ok) [0-9]+ (# SKIP )?(?:- )?(.*)$", out, re.MULTILINE)
    result.skips = [f"{name}: the test says so" for _, skip, name in tests if skip]
    result.passed = sum(1 for verdict, skip, _ in tests if verdict == "ok" and not skip)
    result.failures = [name for verdict, skip, name in tests if verdict == "not ok" and not skip]
    if not result.failures and (planned == 0 or planned != len(tests)):
        result.failures.append(f"{planned} tests planned, {len(tests)} reported")
    if not result.failures and status != "0":
        result.failures.append(f"every test passed, but the program ended with {status}")
    if result.failures:
        result.failures[-1] += f"\nstatus {status}, its output:\n{out}{err}".rstrip()
    return result


def is_unit(path: Path) -> bool:
    return path.parent.name == "unit"


def belongs(path: Path) -> bool:
    if is_unit(path):
        return path.name.startswith("test_") and path.suffix == ".c"
    return path.suffix == ".test" or (path.parent.name in PROGRAM_SUITES and path.suffix in (".c", ".cc"))


def find(paths: list[str], only: str | None) -> list[Path]:
    """The files to run under the paths, in the order of their names, the unit tests first."""
    found = set()
    for name in paths:
        path = Path(name).resolve()
        if not path.exists():
            sys.exit(f"run.py: {name}: no such file or folder")
        found.update(file for file in ([path] if path.is_file() else path.rglob("*")) if belongs(file))
    if only:
        found = {path for path in found if fnmatch.fnmatch(path.name, only) or fnmatch.fnmatch(path.stem, only)}
    return sorted(found, key=lambda path: (not is_unit(path), str(path)))


def show(path: Path, result: Result) -> None:
    name = path.relative_to(SOURCE) if path.is_relative_to(SOURCE) else path
    kind = "test" if is_unit(path) else "case"
    count = result.passed + len(result.failures)
    if result.failures:
        print(f"FAIL {name} ({len(result.failures)} of {count} {kind}s)")
    elif count > 0:
        print(f"ok   {name} ({count} {kind}{'' if count == 1 else 's'})")
    for failure in result.failures:
        print(f"FAIL {name}: {failure}")
    for skip in result.skips:
        print(f"skip {name}: {skip}")
    sys.stdout.flush()


def run_files(files: list[Path], build: Path, backend: str, jobs: int, total: Result) -> None:
    """Runs files, shows what came of each and adds it to the total."""
    def run_file(path: Path) -> Result:
        return run_unit(path, build) if is_unit(path) else run_cases(path, build, backend)

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for path, result in zip(files, pool.map(run_file, files)):
            show(path, result)
            total.passed += result.passed
            total.failures += result.failures
            total.skips += result.skips


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs tests; the last line is 'N passed, N failed'.")
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument("--skip", action="append", default=[], metavar="REASON", help="say what is not run, and why")
    parser.add_argument("--jobs", type=int, default=2, help="files run at a time (2)")
    parser.add_argument("--only", metavar="GLOB", help="only files of that name, with or without its ending")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
    parser.add_argument("--backend", action="append", default=[], metavar="NAME",
                        help="run the behaviour programs over the library in BUILD/NAME too")
    arguments = parser.parse_args()
    build = Path(arguments.build).resolve()
    files = find(arguments.paths, arguments.only)
    total = Result()
    # Inherited: children that abort leave no core, but one that asks for it may.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    for reason in arguments.skip:
        print(f"skip {reason}")
    run_files(files, build, FIRST_BACKEND, arguments.jobs, total)
    programs = [path for path in files if path.parent.name in PROGRAM_SUITES]
    for backend in arguments.backend:
        if not (build / backend).is_dir():
            sys.exit(f"run.py: --backend {backend}: there is no folder {build / backend}")
        before = total.passed
        own = build / backend / "tests"
        again = [path for path in programs if not own.is_dir() or (own / path.parent.name / path.stem).exists()]
        print(f"---- backend {backend}: {len(again)} of {len(programs)} programs once more, over {build / backend}")
        run_files(again, build, backend, arguments.jobs, total)
        print(f"---- backend {backend}: {total.passed - before} passed")
    skipped = f", {len(total.skips)} skipped" if total.skips else ""
    print(f"{total.passed} passed, {len(total.failures)} failed{skipped}")
    return 1 if total.failures or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
