# SPDX-License-Identifier: MIT
"""The cases that a file declares (the first comment of tests/run.py says how)."""
from __future__ import annotations

import dataclasses
import itertools
import re
import shlex
from pathlib import Path

LISTS = ("shows", "needs", "each", "environment")
STREAMS = ("stdout", "stderr")
STARTS = ("run", "script")
FIELD = re.compile(
    r"(shows|needs|each|run|script|environment|timeout|backend|libc|exit|stdout|stderr):(?: (.*))?$"
)


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
            if last in STARTS:
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
        if "script" in declaration.values:
            run = ["sh", "-c", substitute(declaration.one("script"), values)]
        else:
            run = [
                substitute(word, values) for word in shlex.split(declaration.one("run", "{self}"))
            ]
        settings = [substitute(line, values) for line in declaration.values.get("environment", [])]
        title = substitute(
            declaration.one("script", declaration.one("run", Path(places["self"]).name)), choice
        )
        cases.append(
            Case(
                name=" ".join([*settings, title]).replace("{self}", Path(places["self"]).name),
                run=run,
                environment=dict(setting.split("=", 1) for setting in settings),
                timeout=float(declaration.one("timeout", "30")),
                exit=substitute(declaration.one("exit"), values),
                streams={
                    name: [substitute(line, values) for line in declaration.values.get(name, [])]
                    for name in STREAMS
                },
                needs=substitute(" ".join(declaration.values.get("needs", [])), values).split(),
                backends=declaration.one("backend", "").split(),
            )
        )
    return cases


def libcs(declarations: list[Declaration]) -> list[str]:
    """The C libraries for which a program is built."""
    return declarations[0].one("libc", "glibc").split()
