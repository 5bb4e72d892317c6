#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""profile_forms.py BUILD SOURCE FORM: makes profiles, has them written by profile_forms.c in a form
and read by a reader that others wrote, and holds what that says against what was put in.
"""
from __future__ import annotations

import collections
import glob
import json
import os
import pathlib
import random
import re
import subprocess
import sys

BUILD, SOURCE, FORM = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3]
READERS = f"{BUILD}/readers"
SPEEDSCOPE = f"{READERS}/node_modules/speedscope/dist/release"
BLOCK = 16  # bytes, in tests/unit/profile_made.h
PHASES = ("init", "locked")
# NASTY as escape.h has it on a line.
NASTY = r"x\n\x1b[2J\xc2\x9b\xe2\x80\xae\xff</script>;\x09" + '"%s' + r"\\]]>&#38;{} "
checks = 0


def check(real: object, wanted: object, what: str = "") -> None:
    global checks
    checks += 1
    if real != wanted:
        sys.exit(f"{what}\n  wanted: {wanted!r}\n  real:   {real!r}")


class Model:
    """What is put in. A stack is innermost first, as in profile_made.h."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.processes: list[tuple[str, int]] = []
        self.threads: list[tuple[int, str]] = []
        self.rows: list[tuple[int, int, int, int, list[str]]] = []
        self.points: list[tuple[int, int, int, int, int]] = []
        self.lines: list[str] = []

    def add(self, *words: object) -> None:
        self.lines.append("\t".join(map(str, words)))

    def process(self, name: str, number: int) -> None:
        self.add("process", name, number)
        self.processes.append((name, number))
        self.threads.append((len(self.processes) - 1, name))

    def thread(self, process: int, name: str, number: int) -> None:
        self.add("thread", process, name, number)
        self.threads.append((process, name))

    def row(self, thread: int, phase: int, requests: int, frees: int, stack: list[str]) -> None:
        text = " < ".join(f"{name}!app" if name != "[truncated]" else name for name in stack)
        self.add("row", thread, phase, requests, frees, text.replace("NASTY!app", "NASTY!NASTY"))
        self.rows.append((thread, phase, requests, frees, stack))

    def point(self, process: int, time_ns: int, live: int, phase: int, change: int) -> None:
        self.add("point", process, time_ns, live, phase, change)
        self.points.append((process, time_ns, live, phase, change))

    def write(self, form: str) -> bytes:
        pathlib.Path(f"{self.name}.model").write_text("".join(f"{x}\n" for x in self.lines))
        program = [f"{BUILD}/tests/command/profile_forms", form, f"{self.name}.model"]
        return subprocess.run(program, check=True, stdout=subprocess.PIPE).stdout

    def sum(self, phase: int | None = None, process: int | None = None) -> tuple[int, int]:
        """Requests, and blocks that are live at the end."""
        rows = [
            row
            for row in self.rows
            if phase in (None, row[1]) and process in (None, self.threads[row[0]][0])
        ]
        return sum(row[2] for row in rows), sum(row[2] - row[3] for row in rows)

    def stacks(self, phase: int) -> dict[tuple[str, ...], int]:
        """Requests of each stack, outermost first, with names as they are written."""
        stacks: dict[tuple[str, ...], int] = collections.Counter()
        for _, its_phase, requests, _, stack in self.rows:
            if its_phase == phase:
                stacks[tuple(shown(name) for name in reversed(stack))] += requests
        return stacks


def shown(name: str) -> str:
    return NASTY if name == "NASTY" else name


def models() -> list[Model]:
    plain, empty, many = Model("plain"), Model("empty"), Model("many")
    plain.process("app", 10)
    plain.process("other", 11)
    plain.thread(0, "worker", 12)
    plain.row(0, 0, 100, 40, ["xmalloc", "load", "main"])
    plain.row(2, 1, 7, 7, ["xmalloc", "serve", "main"])
    plain.row(1, 1, 5, 1, ["xmalloc", "NASTY", "main"])
    plain.row(1, 1, 2, 0, ["make", "serve", "main", "[truncated]"])
    plain.row(1, 0, 3, 0, ["make", "serve", "main", "[truncated]"])
    plain.row(2, 0, 4, 1, ["main"])  # a part of other stacks
    plain.point(0, 1000, 1600, 0, 1)
    plain.point(0, 5000000, 16000, 1, 1)
    empty.process("app", 10)
    many.process("app", 10)
    random.seed(1)
    for _ in range(400):
        depth = random.randrange(1, 12)
        stack = [f"f{random.randrange(9)}" for _ in range(depth)] + ["main"]
        requests = random.randrange(1, 1000)
        many.row(0, random.randrange(2), requests, random.randrange(requests), stack)
    for i in range(200):
        many.point(0, i * 1000000, 16 * i, i // 100, i == 100)
    return [plain, empty, many]


# ---- readers -------------------------------------------------------------------------------------


def run(*words: str, status: int = 0) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    check(done.returncode, status, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def save(model: Model, form: str) -> str:
    path = f"{model.name}.{form}"
    pathlib.Path(path).write_bytes(model.write(form))
    return path


def validate(schema: str, path: str, old: str, new: str) -> None:
    """The file is valid; and it would be seen if it were not."""
    check(run("node", f"{READERS}/validate.mjs", schema, path), f"{path}: valid\n")
    text = pathlib.Path(path).read_text()
    check(old in text, True, f"{old} in {path}")
    pathlib.Path(f"{path}.broken").write_text(text.replace(old, new, 1))
    run("node", f"{READERS}/validate.mjs", schema, f"{path}.broken", status=1)


def check_json(model: Model) -> None:
    path = save(model, "json")
    validate(f"{SOURCE}/docs/report.schema.json", path, '"locked":', '"licked":')
    profile = json.loads(pathlib.Path(path).read_text())["profile"]
    frames = profile["frames"]
    stacks = ({}, {})
    for row in profile["rows"]:
        node, names = row["node"], []
        while node is not None:
            node, frame = profile["nodes"][node]
            names.append(frames[frame]["function"])
        key, phase = tuple(reversed(names)), PHASES.index(row["phase"])
        stacks[phase][key] = stacks[phase].get(key, 0) + row["figures"]["requests"]
    for phase in (0, 1):
        check(stacks[phase], dict(model.stacks(phase)), model.name)
        total = profile["totals"][PHASES[phase]]
        check((total["requests"], total["live_blocks"]), model.sum(phase), "totals")
        sites = sum(site["figures"][PHASES[phase]]["requests"] for site in profile["sites"])
        check(sites, model.sum(phase)[0], "sites")
    check(len(profile["points"]), len(model.points), "points")


def check_folded(model: Model) -> None:
    text = pathlib.Path(save(model, "folded")).read_text()
    for phase in (0, 1):
        stacks = {}
        for line in text.splitlines():
            stack, _, weight = line.rpartition(" ")
            names = stack.split(";")
            if names[0] == f"[{PHASES[phase]}]":
                stacks[tuple(names[1:])] = int(weight) // BLOCK
        wanted = {
            tuple(name.replace(";", ":") for name in stack): count
            for stack, count in model.stacks(phase).items()
        }
        check(stacks, wanted, model.name)
    if model.name == "plain":  # speedscope guesses the format from what is in it
        title = run("node", f"{READERS}/open.mjs", f"{SPEEDSCOPE}/index.html", "plain.folded")
        check("speedscope" in title and "Left Heavy" in title, True, title)


def check_speedscope(model: Model) -> None:
    path = save(model, "speedscope")
    validate(f"{SPEEDSCOPE}/file-format-schema.json", path, '"sampled"', '"simpled"')
    profiles = json.loads(pathlib.Path(path).read_text())["profiles"]
    sums = {profile["name"]: sum(profile["weights"]) for profile in profiles}
    for phase, name in enumerate(PHASES):
        requests = model.sum(phase)[0]
        check(sums.get(f"{name}: requests", 0), requests, model.name)
        check(sums.get(f"{name}: bytes", 0), requests * BLOCK, model.name)
    if model.name == "plain":
        text = run("node", f"{READERS}/open.mjs", f"{SPEEDSCOPE}/index.html", path)
        check("locked: bytes (1/4)" in text, True, text)


def check_dhat(model: Model) -> None:
    path = save(model, "dhat")
    [page] = glob.glob("/usr/lib*/valgrind/dh_view.html")
    text = run("node", f"{READERS}/open.mjs", page, path)
    check("data file" in text, False, text)
    if not model.rows:
        return
    requests, live = model.sum()
    [total] = re.findall(r"PP 1/1 .*\n\s+Total: +([\d,]+) bytes .* in ([\d,]+) blocks", text)
    check([int(x.replace(",", "")) for x in total], [requests * BLOCK, requests], model.name)
    [end] = re.findall(r"PP 1/1 (?:.*\n){3}\s+At t-end: +([\d,]+) bytes", text)
    check(int(end.replace(",", "")), live * BLOCK, model.name)
    if model.name == "plain":
        check("#1: [born while locked]" in text and NASTY in text, True, text)


def check_massif(model: Model) -> None:
    text = run("ms_print", save(model, "massif"))
    process = 0  # it has the highest peak
    live = model.sum(process=process)[1] * BLOCK
    check(f"100.00% ({live:,}B) (heap allocation functions)" in text or live == 0, True, text)
    numbers = re.findall(r"Number of snapshots: (\d+)", text)
    check(numbers, [str(len([p for p in model.points if p[0] == process]) + 1)], model.name)
    if model.name == "plain":
        check("xmalloc (/src/xmalloc.c:" in text and "load (/src/load.c:" in text, True, text)


def check_pprof(model: Model) -> None:
    path = save(model, "pprof")
    text = run("go", "tool", "pprof", "-raw", path)
    labels: dict[str, list[int]] = {}
    for line, label in re.findall(r"^ +([\d -]+): [\d ]+\n +phase:\[(\w+)\]", text, re.M):
        sums = labels.setdefault(label, [0, 0, 0, 0])
        for i, number in enumerate(line.split()):
            sums[i] += int(number)
    for phase, name in enumerate(PHASES):
        requests, live = model.sum(phase)
        wanted = [requests, requests * BLOCK, live, live * BLOCK]
        check(labels.get(name, [0, 0, 0, 0]), wanted, model.name)
    if not model.rows:
        return
    check("\n1: 0x0/0x0/0x0 /opt/app b0000000 [FN]" in text, True, text)
    for label, phase in (("phase=locked", 1), ("phase=init", 0)):
        top = run(
            "go",
            "tool",
            "pprof",
            "-top",
            "-sample_index=alloc_objects",
            "-unit=count",
            f"-tagfocus={label}",
            path,
        )
        [shown_sum] = re.findall(r"Showing nodes accounting for (\d+)", top)
        check(int(shown_sum), model.sum(phase)[0], top)
    if model.name == "plain":
        tags = run("go", "tool", "pprof", "-tags", path)
        check(all(x in tags for x in ("worker", "other", "locked", "init")), True, tags)
        # compared with itself nothing is left
        check(
            "accounting for 0" in run("go", "tool", "pprof", "-top", "-diff_base", path, path), True
        )


def check_table(model: Model) -> None:
    lines = model.write("table").decode().splitlines()
    names, rows = lines[0].split("\t"), [line.split("\t") for line in lines[1:]]
    check({len(row) for row in rows} <= {len(names)}, True, "columns")
    for phase, name in enumerate(PHASES):
        mine = [dict(zip(names, row)) for row in rows if row[1] == name]
        requests = sum(int(row["requests"]) for row in mine)
        live = sum(int(row["live_blocks"]) for row in mine)
        check((requests, live), model.sum(phase), model.name)


for one in models():
    globals()[f"check_{FORM}"](one)
print(f"{FORM}: {'checked' if checks > 5 else 'nothing to check'}")
