#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hostile_results.py COMMAND: results whose names are forged, read back from what the command makes
of them by json, html and cmark-gfm: in Markdown nothing but tables and code, and in each cell the
whole name.
"""
import html.parser
import json
import subprocess
import sys

NAMES = [
    b"plain name_of_it",
    b"caf\xc3\xa9 \xd0\x96",
    b"@someone",
    b"#1 GH-2 owner/project#3 deadbeefdeadbeef",
    b"www.evil.example",
    b"https://evil.example/",
    b"me@evil.example",
    b"<img src=x onerror=alert(1)>",
    b"<!-- -->",
    b"&lt;b&gt; &#64;x",
    b"![x](https://evil.example/x.png)",
    b"[x]: y",
    b"a`b``c",
    b"`",
    b"``",
    b"|",
    b"a|b",
    b"\\|",
    b"\\\\|",
    b"a\\",
    b"\\",
    b"`|`",
    b" padded ",
    b"  ",
    b"$`x`$",
    b"**b** _i_ ~~s~~",
    b"\x9b31m",
    b"\xc2\x9b",
    b"\xe2\x80\xae.c",
    b"\xe2\x80\xa8x",
    b"\xff\xfe",
    b"\xed\xa0\xbd",
    b"\xef\xbf\xbf",
    b"\xf3\xa0\x81\x81",
    b"\\n",
    b"\\x1b[2J",
    b"]]>",
    b"\"'",
    b"=SUM(A1)",
    b"- x",
    b"\x20>",
]
STAY = {"\u200c", "\u200d"}


def quoted(name: bytes) -> str:
    """The rule, once more and by Python's own tables: the command undoes escapes in the file, then
    quotes.
    """
    raw, i = bytearray(), 0
    while i < len(name):
        if name[i : i + 2] in (b"\\\\", b"\\n"):
            raw += b"\\" if name[i + 1] == 0x5C else b"\n"
            i += 2
        elif name[i : i + 2] == b"\\x" and len(name) >= i + 4:
            raw.append(int(name[i + 2 : i + 4], 16))
            i += 4
        else:
            raw.append(name[i])
            i += 1
    text = ""
    for c in bytes(raw).decode("utf-8", "surrogateescape"):
        if c == "\\":
            text += "\\\\"
        elif c == "\n":
            text += "\\n"
        elif c == " " or c.isprintable() or c in STAY:
            text += c
        else:
            text += "".join(f"\\x{byte:02x}" for byte in c.encode("utf-8", "surrogateescape"))
    return text


class Cells(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.in_code = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert tag in ("table", "thead", "tbody", "tr", "th", "td", "code", "strong"), tag
        assert all(name == "align" for name, _ in attrs), attrs
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self.in_code = tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.in_code = False

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        if self.in_code:
            self.rows[-1][-1] += data


def run(command: list[str], text: bytes | None = None) -> str:
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=False).stdout.decode(
        "utf-8"
    )


with open("forged", "wb") as results:
    for name in NAMES:
        results.write(
            b"\t".join(
                [
                    b"phaselock-result 1",
                    name,
                    name,
                    name,
                    name,
                    name,
                    b"7",
                    b"1",
                    b"2",
                    b"3",
                    b"4",
                    b"failed",
                ]
            )
            + b"\n"
        )
wanted = sorted(set(map(quoted, NAMES)))

table = run([sys.argv[1], "report", "--format=markdown", "forged"])
assert all(c == "\n" or c.isprintable() or c in STAY for c in table)
cells = Cells()
cells.feed(
    run(
        ["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"],
        table.encode(),
    )
)
rows = cells.rows[1:-1]
assert len(rows) == len(wanted), rows
for row in rows:
    assert row[0] == row[1] == row[2] == row[6], row
assert sorted(row[0] for row in rows) == wanted, sorted(set(row[0] for row in rows) ^ set(wanted))

text = run([sys.argv[1], "report", "--format=json", "forged"])
assert all(c == "\n" or c.isprintable() or c in STAY for c in text)
rows = json.loads(text)["operations"]
for row in rows:
    assert (
        len({row[key] for key in ("program", "test", "operation", "assertion", "file")}) == 1
    ), row
assert sorted(row["program"] for row in rows) == wanted
print("read back:", len(wanted), "names")
