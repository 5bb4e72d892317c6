#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Copies the public headers as an earlier or later version might have them: one structure with
fewer fields, or with more.

Usage: header_of_other_version.py INCLUDE COPY STRUCTURE FIELD... the fields are dropped; one that
is +NUMBER is added
"""
import pathlib
import re
import shutil
import sys


def change(body: str, field: str) -> str:
    """The fields of a structure without one, or with so many words more."""
    if field.startswith("+"):
        return f"{body}\tuint64_t added[{int(field)}];\n"
    body, count = re.subn(rf"^\t[^;/]*\b{field}(\[\w+\])?;", "", body, flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{field} is declared {count} times")
    return body


def main() -> None:
    include, copy, structure, *fields = sys.argv[1:]
    shutil.copytree(include, copy)
    found = 0
    for path in pathlib.Path(copy).glob("phaselock/*.h"):
        text = path.read_text()
        match = re.search(
            rf"^struct phaselock_{structure} {{\n(.*?)^}};", text, re.MULTILINE | re.DOTALL
        )
        if match is None:
            continue
        body = match[1]
        for field in fields:
            body = change(body, field)
        path.write_text(text[: match.start(1)] + body + text[match.end(1) :])
        found += 1
    if found != 1:
        sys.exit(f"struct phaselock_{structure} is defined {found} times")


main()
