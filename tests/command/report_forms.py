#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""report_forms.py BUILD SOURCE FORM: writes made reports by report_forms.c in a form, has them read
by a reader that others wrote, and holds what that says against what was put in.
"""
from __future__ import annotations

import collections
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import unicodedata

BUILD, SOURCE = map(os.path.abspath, sys.argv[1:3])
READERS = f"{BUILD}/readers"
MULTITOOL = f"{READERS}/node_modules/@microsoft/sarif-multitool-linux"
ROOT = "/src/project"
MODELS = ("nasty", "pass", "cut", "silent")
SEEDS = range(1, 61)
# Of one, the summary of a job has to leave some out.
MANY = 2000 if sys.argv[3] == "markdown" else 100
IDS = ["00000000000000a1", "00000000000000b2", "00000000000000c3", "00000000000000d4"]
# The name of `nasty` as it stands on a terminal.
NASTY = (
    r"x\n\x1b[2J\xc2\x9b\xe2\x80\xae\xff\xed\xa0\xbd]]><b>&amp;|`a``b`\\@user [l](http://x)" + " "
)
PHASE, FORBID, SEAL = (
    "heap-request-while-locked",
    "heap-request-in-forbid-scope",
    "unlock-of-sealed-allocations",
)
HOT = "allocation-in-hot-function"
VERDICT, LOST = "heap-not-checked", "heap-sites-not-kept"
checks = 0


def check(real: object, wanted: object, what: str = "") -> None:
    global checks
    checks += 1
    if real != wanted:
        sys.exit(f"{what}\n  wanted: {wanted!r}\n  real:   {real!r}")


def write(form: str, model: str, number: int = 0) -> bytes:
    program = [f"{BUILD}/tests/command/report_forms", form, model, str(number), ROOT]
    return subprocess.run(program, check=True, stdout=subprocess.PIPE).stdout


def files(form: str) -> dict[str, pathlib.Path]:
    """One file a model, and one a seed, in the folder of the test."""
    wanted = {model: write(form, model) for model in MODELS}
    wanted |= {f"random{seed}": write(form, "random", seed) for seed in SEEDS}
    wanted["many"] = write(form, "many", MANY)
    for name, text in wanted.items():
        pathlib.Path(f"{name}.{form}").write_bytes(text)
    return {name: pathlib.Path(f"{name}.{form}") for name in wanted}


def ajv(schema: str, paths: list[pathlib.Path]) -> str:
    """Returns what is not valid."""
    command = ["node", f"{READERS}/validate.mjs", schema, *map(str, paths)]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    check(len(lines), len(paths), "files that ajv read")
    return "\n".join(line for line in lines if not line.endswith(": valid"))


def refuses(schema: str, path: pathlib.Path, old: str, new: str) -> None:
    """The reader would see a fault."""
    broken = path.with_suffix(".broken")
    text = path.read_text()
    check(old in text, True, f"{old} in {path}")
    broken.write_text(text.replace(old, new))
    check(ajv(schema, [broken]) != "", True, f"ajv refuses {new}")


def is_hidden(character: str) -> bool:
    """Controls, formats but the joiners, surrogates, ends of lines and paragraphs."""
    return character not in "\u200c\u200d" and unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    )


def is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list):
        return all(map(is_plain, value))
    return not isinstance(value, str) or not any(map(is_hidden, value))


# ---- JSON ----------------------------------------------------------------------------------------
def check_json() -> None:
    schema = f"{SOURCE}/docs/report.schema.json"
    paths = files("json")
    check(ajv(schema, list(paths.values())), "")
    refuses(schema, paths["nasty"], '"offset":"0x1"', '"offset":1')
    refuses(schema, paths["nasty"], '"cause":', '"reason":')
    for name, path in paths.items():
        report = json.loads(path.read_bytes())
        check(is_plain(report), True, name)
        count = {"nasty": 4, "many": MANY}.get(name, 8 if name.startswith("random") else 0)
        check(len(report["sites"]), count, name)
        check(len({site["id"] for site in report["sites"]}), count, name)
        check(report["verdict"], {"pass": "PASS", "cut": "not checked"}.get(name, "FAIL"), name)
    report = json.loads(paths["nasty"].read_text())
    check([report["command"], report["reason"], report["status"]], [NASTY, NASTY, 99])
    check([report["start_s"], report["sites_lost"]], [1700000000, 5])
    check([report["duration_ns"], report["without_site"]], [2504000000, 2])
    check(
        [one["reason"] for one in report["processes"]],
        ["violations", "violations", "not armed", ""],
    )
    cut = json.loads(paths["cut"].read_text())
    check([cut["duration_ns"], cut["processes"][0]["reason"]], [None, ""])
    check(
        [[one["id"], one["program"], one["verdict"], one["ended"]] for one in report["processes"]],
        [
            [10, "server", "FAIL", "exit"],
            [11, NASTY, "FAIL", "violation"],
            [12, "server", "not checked", "runs"],
            [13, "good", "PASS", "exec"],
        ],
    )
    check(report["processes"][0]["counts"]["init"]["bytes"], 4000)
    check(report["processes"][0]["counts"]["locked"]["permitted"], 1)
    sites = report["sites"]
    check([site["id"] for site in sites], IDS)
    check([site["rule"] for site in sites], [PHASE, FORBID, SEAL, HOT])
    check([site["count"] for site in sites], [7, 2**63 - 1, 1, 1])
    check([site["bytes"] for site in sites], [700, 5, 0, 8])
    check([site["thread"] for site in sites], ["main", NASTY, "", "w"])
    check([site["origin"] for site in sites], [1, 0, None, 0])
    check([frame["line"] for frame in sites[0]["frames"]], [3, 12, 99])
    check([frame["inlined"] for frame in sites[0]["frames"]], [False, True, False])
    check(sites[0]["frames"][2]["offset"], "0xffffffffffffffff")
    check([sites[1]["frames"][0][name] for name in ("function", "module", "file")], [NASTY] * 3)
    check(list(sites[1]["frames"][2].values()), [None] * 5 + ["0x7f00", False])


# ---- SARIF ---------------------------------------------------------------------------------------
def multitool(paths: list[pathlib.Path]) -> collections.Counter:
    """What it finds, by level and rule; it ends with 0 whatever that is."""
    output = pathlib.Path("multitool.sarif")
    output.unlink(missing_ok=True)
    subprocess.run(
        [f"{MULTITOOL}/Sarif.Multitool", "validate", *map(str, paths), "--output", str(output)]
        + ["--log", "ForceOverwrite", "--rule-kind", "Sarif;Ghas", "--quiet"],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        stdout=subprocess.DEVNULL,
    )
    run = json.loads(output.read_text(encoding="utf-8-sig"))["runs"][0]
    check({one["executionSuccessful"] for one in run["invocations"]}, {True})
    return collections.Counter(
        f"{result.get('level', 'warning')} {result['ruleId']}" for result in run["results"]
    )


def place(location: dict) -> list:
    artifact = location["physicalLocation"]["artifactLocation"]
    return [
        artifact["uri"],
        artifact.get("uriBaseId"),
        location["physicalLocation"]["region"]["startLine"],
    ]


def check_sarif() -> None:
    schema = f"{MULTITOOL}/sarif-2.1.0.json"
    paths = files("sarif")
    check(ajv(schema, list(paths.values())), "")
    refuses(schema, paths["nasty"], '"startLine":12', '"startLine":0')
    # Each file is read, for of each it says that no page on the network tells of the tool; and that
    # random bytes are no version.
    found = multitool([paths[name] for name in MODELS] + [paths[f"random{i}"] for i in range(1, 4)])
    check(found, {"warning SARIF2005": len(MODELS) + 2 * 3})
    broken = pathlib.Path("broken.sarif")
    broken.write_text(paths["nasty"].read_text().replace('"ruleIndex":1', '"ruleIndex":77'))
    check(multitool([broken])["error SARIF1009"] > 0, True, "the multitool finds a fault")
    for name, path in paths.items():
        run = json.loads(path.read_bytes())["runs"][0]
        check(is_plain(run), True, name)
        hashes = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
        count = {"nasty": 5, "pass": 0, "many": MANY + 1}.get(name, 9 if "random" in name else 1)
        check([len(hashes), len(set(hashes))], [count, count], name)
    check(json.loads(paths["pass"].read_text())["runs"][0]["results"], [])
    for name, text in (
        ("cut", "not checked: the record ends before the run does"),
        ("silent", "FAIL"),
    ):
        (result,) = json.loads(paths[name].read_text())["runs"][0]["results"]
        check([result["ruleId"], result["message"]["text"]], [VERDICT, text])
    run = json.loads(paths["nasty"].read_text())["runs"][0]
    invocation = run["invocations"][0]
    check([invocation["commandLine"], invocation["exitCode"]], [NASTY, 99])
    check(invocation["startTimeUtc"], "2023-11-14T22:13:20Z")
    check(run["originalUriBaseIds"], {"%SRCROOT%": {"uri": f"file://{ROOT}/"}})
    lost, first, second, third, fourth = run["results"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, rule in zip(run["results"], [LOST, PHASE, FORBID, SEAL, HOT]):
        check([result["ruleId"], rules[result["ruleIndex"]]], [rule, rule])
    check(
        [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]],
        [f"{one}:1" for one in [LOST, *IDS]],
    )
    base = "%SRCROOT%"
    check(place(lost["locations"][0]), ["server", base, 1])
    check(place(first["locations"][0]), ["lib/a%20b%23%25.c", base, 12])
    check(place(third["locations"][0]), ["server", base, 1])
    check(place(fourth["locations"][0]), ["stripped.so", base, 1])
    check([first["occurrenceCount"], "occurrenceCount" in second], [7, False])
    check(first["properties"], {"bytes": 700, "firstSize": 100, "thread": "main"})
    (flow,) = first["codeFlows"][0]["threadFlows"]
    check(
        [place(step["location"]) for step in flow["locations"]],
        [
            ["main.c", base, 99],
            ["lib/a%20b%23%25.c", base, 12],
            ["file:///usr/include/new", None, 3],
        ],
    )
    frames = first["stacks"][0]["frames"]
    check([frame["module"] for frame in frames], ["libstdc++.so.6", "server", "server"])
    # Braces are doubled, and what would be a link is none.
    frames = second["stacks"][0]["frames"]
    check(frames[0]["location"]["logicalLocations"][0]["fullyQualifiedName"], NASTY)
    check(
        frames[1]["location"]["message"]["text"],
        r"main::{{lambda(int)#1}}::operator\[](int) const (x:y.cc)",
    )
    check(place(frames[1]["location"]), ["src/x%3Ay.cc", base, 1])
    check("stacks" in third, False)
    # GitHub refuses more than 25,000 results as a whole.
    run = json.loads(write("sarif", "bare", 25001))["runs"][0]
    check(24990 < len(run["results"]) <= 25000, True)
    check(
        [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]],
        ["The rarest of 25001 sites are left out."],
    )


# ---- JUnit ---------------------------------------------------------------------------------------
def check_junit() -> None:
    import junitparser  # of the distribution's Python

    paths = files("junit")
    schema = f"{SOURCE}/tests/readers/junit.xsd"
    for broken in ("", "<testcase/>", "<testcase classname='a' name='b' line='1'/>"):
        wanted = 0 if broken == "" else 3  # xmllint's word for invalid
        path = paths["nasty"].with_suffix(".broken")
        path.write_text(paths["nasty"].read_text().replace("</testsuite>", f"{broken}</testsuite>"))
        command = ["xmllint", "--noout", "--nonet", "--schema", schema, str(path)]
        check(subprocess.run(command, stderr=subprocess.DEVNULL).returncode, wanted, broken)
    command = ["xmllint", "--noout", "--nonet", "--schema", schema, *map(str, paths.values())]
    check(subprocess.run(command, stderr=subprocess.DEVNULL).returncode, 0)
    for name, path in paths.items():
        xml = junitparser.JUnitXml.fromfile(str(path))
        (suite,) = xml
        cases = list(suite)
        check(
            [suite.tests, suite.failures, suite.errors, suite.skipped],
            [
                len(cases),
                sum(isinstance(one, junitparser.Failure) for case in cases for one in case.result),
                sum(isinstance(one, junitparser.Error) for case in cases for one in case.result),
                sum(isinstance(one, junitparser.Skipped) for case in cases for one in case.result),
            ],
            name,
        )
        names = [(case.classname, case.name) for case in cases]
        check(len(set(names)), len(names), name)
        check(is_plain([list(pair) for pair in names]), True, name)
        check(names[0], ("phaselock", "verdict"), name)
        bad = [case for case in cases if case.result]
        if name == "pass":
            (skipped,) = bad  # it had nothing to be checked
            check([names[2][0], skipped.classname], ["good", "idle"])
            check(
                [type(skipped.result[0]), skipped.result[0].message],
                [
                    junitparser.Skipped,
                    "violations: 0; processes: 1, failed: 0, not armed: 0, never locked: 1",
                ],
            )
        if name == "cut":
            check([bad[0].result[0].type, len(bad), suite.errors], ["not checked", 1, 1])
        if name == "many":
            check(len(cases), 2 * MANY + 2)
        if name != "nasty":
            continue
        check([suite.tests, suite.failures, suite.timestamp], [9, 8, "2023-11-14T22:13:20"])
        check([suite.time, cases[0].time], [2.504, 2.504])
        check(cases[0].result[0].message, NASTY)
        check(names[1], ("server", "no heap request while locked"))
        check(
            cases[1].result[0].message,
            "violations: 8; processes: 2, failed: 1, not armed: 1, never locked: 0",
        )
        check([names[2][0], cases[3].classname, cases[3].result], [NASTY, "good", []])
        check(
            [name for _, name in names[4:]],
            [
                f"operator new[] in parse [{IDS[0]}]",
                f"malloc in {NASTY} [{IDS[1]}]",
                f"unlock_allocations [{IDS[2]}]",
                f"calloc [{IDS[3]}]",
                "other sites",
            ],
        )
        (first,) = cases[4].result
        check(first.type, PHASE)
        check(first.message, "operator new[] while allocations are locked, in parse (a b#%.c:12)")
        check(first.text.splitlines()[0], "violations: 7, bytes: 700, first on thread: main")
        check(len(first.text.splitlines()), 4)
        check(
            cases[5].result[0].text.splitlines()[1],
            f"#0 {NASTY} ({NASTY}:7) [{NASTY}+0x1]",
        )


# ---- GitLab's Code Quality -----------------------------------------------------------------------
def check_gitlab() -> None:
    schema = f"{READERS}/code-quality.schema.json"
    paths = files("gitlab")
    check(ajv(schema, list(paths.values())), "")
    refuses(schema, paths["nasty"], '"path":"lib/', '"path":"./lib/')
    for name, path in paths.items():
        entries = json.loads(path.read_bytes())
        check(is_plain(entries), True, name)
        count = {"nasty": 5, "pass": 0, "many": MANY + 1}.get(name, 9 if "random" in name else 1)
        check(len({entry["fingerprint"] for entry in entries}), count, name)
        check(len(entries), count, name)
    entries = json.loads(paths["nasty"].read_text())
    check([entry["fingerprint"] for entry in entries], [*IDS, LOST])
    check([entry["check_name"] for entry in entries], [PHASE, FORBID, SEAL, HOT, LOST])
    check([entry["location"]["lines"]["begin"] for entry in entries], [12, 7, 1, 1, 1])
    check(
        [entry["location"]["path"] for entry in entries],
        ["lib/a b#%.c", NASTY.replace("//", "/"), "server", "stripped.so", "server"],
    )
    check(
        entries[0]["description"],
        "operator new[] while allocations are locked, in parse (a b#%.c:12); "
        "violations: 7, bytes: 700",
    )
    (entry,) = json.loads(paths["cut"].read_text())
    check([entry["check_name"], entry["severity"]], [VERDICT, "blocker"])


# ---- Markdown ------------------------------------------------------------------------------------
class Page(html.parser.HTMLParser):
    """The tables of a page as rows of texts, its tags, and the text outside of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: collections.Counter = collections.Counter()
        self.outside = ""
        self.cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags[tag] += 1
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.tables[-1][-1][-1] += data
        else:
            self.outside += data


def render(path: pathlib.Path) -> Page:
    command = ["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"]
    return Page(
        subprocess.run([*command, str(path)], check=True, stdout=subprocess.PIPE).stdout.decode()
    )


def check_markdown() -> None:
    known = set("h2 p table thead tbody tr th td code details summary pre".split())
    paths = files("markdown")
    pages = {name: render(path) for name, path in paths.items()}
    for name, page in pages.items():
        check(set(page.tags) - known, set(), name)
        for table in page.tables:
            check({len(row) for row in table}, {len(table[0])}, name)
        check(is_plain(page.tables), True, name)
    for seed in SEEDS:
        check(len(pages[f"random{seed}"].tables[2]), 9, str(seed))
    nasty = pages["nasty"]
    check(nasty.outside.strip().splitlines()[0], "phaselock: ✗ FAIL")
    check(nasty.tables[0][1], [NASTY, "99", "2.50", NASTY])
    check(
        nasty.tables[1][1:],
        [
            ["✗ in 1 of 2, not armed: 1", "server", "2", "8", "40", "9"],
            ["✗", NASTY, "1", str(2**64 - 1), "0", "0"],
            ["✓", "good", "1", "0", "0", "0"],
        ],
    )
    line = NASTY.replace("//", "/") + ":7"
    check(
        nasty.tables[2][1:],
        [
            ["7", "700", "operator new[]", "parse", "lib/a b#%.c:12", "main", PHASE, IDS[0]],
            [str(2**64 - 1), "5", "malloc", NASTY, line, NASTY, FORBID, IDS[1]],
            ["1", "0", "unlock_allocations", "", "", "", SEAL, IDS[2]],
            ["1", "8", "calloc", "stripped.so+0x33", "", "w", HOT, IDS[3]],
        ],
    )
    check([nasty.tags["details"], nasty.tags["pre"]], [3, 3])
    check(
        "are more violations at sites that found no room in the record: 5." in nasty.outside, True
    )
    check(f"#1 main::{{lambda(int)#1}}::operator[](int) const" in nasty.outside, True)
    check(pages["pass"].outside.strip(), "phaselock: ✓ PASS")
    check(
        pages["pass"].tables[1][1:],
        [
            ["not checked, never locked: 1", "idle", "1", "0", "0", "0"],
            ["✓", "good", "1", "0", "0", "0"],
        ],
    )
    check(pages["cut"].outside.strip(), "phaselock: not checked")
    # Too much for one summary: what is left out is said, with numbers that add up.
    size = paths["many"].stat().st_size
    check(1024 * 1024 * 9 // 10 < size < 1024 * 1024, True, f"{size} bytes")
    programs, sites = (len(table) - 1 for table in pages["many"].tables[1:])
    (more,) = re.findall(r"(\d+) more programs are left out", pages["many"].outside)
    check(programs + int(more), MANY)
    (total, left, stacks) = re.findall(
        r"of (\d+) sites, (\d+) are left out, and the call stacks of (\d+)", pages["many"].outside
    )[0]
    check([int(total), sites + int(left)], [MANY, MANY])
    check(0 < pages["many"].tags["details"] <= MANY - int(stacks), True)


def main() -> int:
    globals()[f"check_{sys.argv[3]}"]()
    print(f"{sys.argv[3]}: checked" if checks > 100 else f"only {checks} checks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
