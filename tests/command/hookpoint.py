#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles tests/command/hookpoint/ in one way, and looks at each hook point: its name, its first
instruction, that it is called, and the registers in which gdb finds its arguments.
Usage: hookpoint.py INCLUDE COMPILER LANGUAGE [OPTIONS...]; --strip and --shared among the
options are for us.
"""
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent / "hookpoint"
NAMES = ["FiltersEnd", "FiltersStart", "Nothing", "Six"]
REGISTERS = ("rdi", "rsi", "rdx", "rcx", "r8")
WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror".split()
OURS = ("--strip", "--shared")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or "warning" in done.stderr:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(include: str, compiler: str, language: str, options: list[str]) -> str:
    """Returns the file in which the hook points are."""
    flags = [option for option in options if option not in OURS]
    to_link = [option for option in flags if option.startswith(("-Wl,", "-fuse-ld="))]
    standard = "-std=c11" if language == "c" else "-std=c++17"
    compile_one = [compiler, standard, *WARNINGS, f"-I{include}"]
    compile_one += [option for option in flags if option not in to_link]
    if language != "c":
        compile_one += ["-fno-exceptions"]
    for name in ("main", "other"):
        run(*compile_one, "-x", language, "-c", "-fPIC", str(HERE / f"{name}.c"), "-o", f"{name}.o")
    link = [compiler, *flags]
    where = "program"
    if "--shared" in options:
        where = "libother.so"
        run(*link, "-shared", "other.o", "main.o", "-o", where)
    run(*link, "-rdynamic", "main.o", "other.o", "-o", "program")
    if "--strip" in options:
        run("strip", where)
    return where


def functions(where: str) -> dict[str, list[tuple[str, str]]]:
    """The instructions of each function, as bytes and text."""
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in run("objdump", "-d", "-w", where).splitlines():
        if match := re.match(r"[0-9a-f]+ <(.*)>:", line):
            # Code before the first symbol of a section is named by that, with an offset.
            name = "" if "-0x" in match[1] else match[1].partition("@@")[0]
        elif match := re.match(r" +[0-9a-f]+:\t([0-9a-f ]+?) *\t(.*)", line):
            found.setdefault(name, []).append((match[1], match[2]))
    return found


def check_names(where: str, stripped: bool) -> None:
    symbols = [line.split() for line in run("nm", *["-D"] * stripped, where).splitlines()]
    found = {words[2]: words[0] for words in symbols if "hookpoint" in words[-1]}
    assert sorted(found) == [f"hookpoint{name}" for name in NAMES], found
    assert len(set(found.values())) == len(NAMES), found
    exported = run("nm", "-D", "--defined-only", where)
    assert all(f" hookpoint{name}\n" in exported for name in NAMES), exported


def check_code(where: str) -> None:
    found = functions(where)
    for name in NAMES:
        code = found[f"hookpoint{name}"]
        assert code[0] == ("90", "nop"), (name, code)
        assert not any("endbr64" in text for _, text in code), (name, code)
    for name in NAMES:
        calls = [
            text
            for code in found.values()
            for _, text in code
            if re.fullmatch(rf"(call|jmp) +[0-9a-f]+ <hookpoint{name}(@@Base)?>", text)
        ]
        assert calls, f"nothing calls {name} directly"


def check_arguments() -> None:
    prints = [f'-ex=printf "%s ", (char *)${register}' for register in REGISTERS]
    text = run(
        *("gdb", "-nx", "-batch", "-ex=set debuginfod enabled off", "-ex=break *hookpointSix"),
        *("-ex=run", *prints, "-ex=print $r9", "./program"),
    )
    assert text.rstrip().endswith("one two three four five $1 = 6"), text


def main() -> int:
    include, compiler, language, *options = sys.argv[1:]
    where = build(include, compiler, language, options)
    check_names(where, "--strip" in options)
    check_code(where)
    if where == "program":
        run("./program")
        check_arguments()
    print("4 hook points")
    return 0


if __name__ == "__main__":
    sys.exit(main())
