#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes seeds for the fuzzer of recorded messages: one with lines and one with maps for each
request, and a few that nobody sent.

Arguments: the folder to write to, files of recorded HTTP/1.1 messages. The form is that of
fuzz_filter.c.
"""
import pathlib
import struct
import sys

LINES, FRAMED = 1 | 2 | 4, 8


def headers(message: bytes) -> list[tuple[bytes, bytes]]:
    first, *rest = message.split(b"\r\n\r\n")[0].split(b"\r\n")
    words = first.split(b" ")
    found = (
        [(b":status", words[1])]
        if first.startswith(b"HTTP/")
        else [(b":method", words[0]), (b":path", words[1])]
    )
    return found + [
        (name.lower(), value.strip()) for name, value in (line.split(b":", 1) for line in rest)
    ]


def as_lines(pairs: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(name + b": " + value + b"\n" for name, value in pairs)


def as_map(pairs: list[tuple[bytes, bytes]]) -> bytes:
    sizes = b"".join(struct.pack("<II", len(name), len(value)) for name, value in pairs)
    return (
        struct.pack("<I", len(pairs))
        + sizes
        + b"".join(name + b"\0" + value + b"\0" for name, value in pairs)
    )


def seed(flags: int, request: bytes, reply: bytes, message: bytes, response: bytes) -> bytes:
    return (
        struct.pack(">BHHH", flags, len(request), len(reply), len(message))
        + request
        + reply
        + message
        + response
    )


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    messages = {
        pathlib.Path(name).stem: headers(pathlib.Path(name).read_bytes()) for name in sys.argv[2:]
    }
    requests = {name: pairs for name, pairs in messages.items() if pairs[0][0] != b":status"}
    responses = [pairs for pairs in messages.values() if pairs[0][0] == b":status"]
    for number, (name, pairs) in enumerate(sorted(requests.items())):
        reply, response = (
            responses[number % len(responses)],
            responses[(number + 1) % len(responses)],
        )
        (folder / f"{name}_lines").write_bytes(
            seed(LINES | FRAMED, as_lines(pairs), as_lines(reply), b"get", as_lines(response))
        )
        (folder / f"{name}_maps").write_bytes(
            seed(
                16 | FRAMED,
                as_map(pairs),
                as_map(reply),
                b"\0\0\0\0\7\x08\1\x12\3get",
                as_map(response),
            )
        )
    # What recorded messages do not have: more headers than the arena has room for, ids at their
    # limit and past it.
    (folder / "many_headers").write_bytes(seed(LINES | FRAMED, b"a\n" * 2100, b"", b"get", b"b\n"))
    for length in (64, 65, 80):
        (folder / f"id_of_{length}").write_bytes(
            seed(
                LINES | FRAMED,
                b"x-request-id: " + b"i" * length,
                b":status: 204",
                b"get",
                b":status: 200",
            )
        )


if __name__ == "__main__":
    main()
