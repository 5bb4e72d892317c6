#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a few inputs that are as they should be for each target, from which the kept corpora were
grown. Usage: seeds.py FOLDER
"""
import pathlib
import random
import struct
import sys

REPORT = b"""phaselock: violation: malloc(32) while allocations are locked
  thread 13414 "program", 1st time at this site
    #0 request+0xe (/tmp/a (b)/program+0x1217)
    #1 (/lib/x86_64-linux-gnu/libc.so.6+0x2724a)
    #2 0x7f0000001234
    #3 _ZN1a1bEv+0x21 (/tmp/x\\n.so+0x11b7)
  locked 21 us before by thread 13414 "program":
    #0 use+0x28 (/tmp/program+0x1253)
  build-id 6f828e33d6bdcf5563063a8923075f12ff13223e /tmp/a (b)/program
  build-id 00aa /tmp/x\\n.so
phaselock: allowed (policy=allow)
other text
phaselock: 2 violations at 1 site, by count:
phaselock:   2 x malloc  request+0xe (/tmp/program+0x1227) < (/tmp/copy.so+0x1a0a) < use+0x31 \
(/tmp/program+0x126c)
"""
RESULT = (
    b"phaselock-result 1\tprogram\ttest\top|era*tion\tASSERT_NO_ALLOCATIONS\t"
    b"file.c\t12\t0\t64\t1\t0\t%s\n"
)


def piece(process, text, report=0):
    return struct.pack("<III", process, len(text), report) + text


def entry(body):
    body += bytes(-(4 + len(body)) % 8)
    return struct.pack("<I", len(body)) + body


def unwind_tables(instructions, size=512, functions=4, indexed=True):
    """An index at the start, entries from a quarter on, functions behind the end."""
    start = size // 4
    table = entry(
        struct.pack("<IB", 0, 1) + b"zR\0" + bytes((1, 0x78, 16, 1, 0x1B, 0x0C, 7, 8, 0x90, 1))
    )
    pairs = []
    for number in range(functions):
        at = start + len(table)
        pairs.append((size + 64 * number, at))
        table += entry(
            struct.pack("<IiIB", at + 4 - start, size + 64 * number - (at + 8), 64, 0)
            + instructions
        )
    form = 0x3B if indexed else 0xFF
    index = struct.pack("<BBBBiI", 1, 0x1B, 0x03 if indexed else 0xFF, form, start - 4, functions)
    index += b"".join(struct.pack("<ii", *pair) for pair in pairs)
    return (
        struct.pack(">H", size + 70)
        + bytes(9)
        + (index.ljust(start, b"\0") + table + bytes(4)).ljust(size, b"\0")
    )


def module():
    """Dynamic section at 0, hash at 0x100, symbols at 0x140, names at 0x1a0, references at 0x1c0, a
    note at 0x200, code at 0x240.
    """
    tags = [(4, 0x100), (6, 0x140), (5, 0x1A0), (10, 0x20), (7, 0x1C0), (8, 0x30), (0, 0)]
    data = b"".join(struct.pack("<QQ", *tag) for tag in tags).ljust(0x100, b"\0")
    data += struct.pack("<IIII", 1, 4, 1, 0).ljust(0x40, b"\0")
    symbol = [
        struct.pack("<IBBHQQ", name, 0x12, 0, where, value, 64)
        for name, where, value in ((0, 0, 0), (1, 1, 0x240), (8, 0, 0), (13, 1, 0x280))
    ]
    data += b"".join(symbol) + b"\0malloc\0free\0_inner\0".ljust(0x20, b"\0")
    data += (
        struct.pack("<QQq", 0xF8, 1 << 32 | 6, 0) + struct.pack("<QQq", 0xF0, 2 << 32 | 7, 0)
    ).ljust(0x40, b"\0")
    data += (struct.pack("<III", 4, 20, 3) + b"GNU\0" + bytes(range(20))).ljust(0x40, b"\0")
    data += (
        b"\x90\xe8"
        + struct.pack("<i", 0x20)
        + b"\xff\x15"
        + struct.pack("<i", -0x160)
        + b"\x90" * 0x14
        + b"\xff\x25"
        + struct.pack("<i", -0x170)
        + bytes(64)
    )
    return bytes((0x24,)) + bytes((1, 0x40, 0x24 // 8)) + bytes(6) + data


def elf(interpreter=b"/lib64/ld-linux-x86-64.so.2\0", sections=False):
    header = (
        b"\x7fELF\2\1\1"
        + bytes(9)
        + struct.pack(
            "<HHIQQQIHHHHHH",
            3,
            62,
            1,
            0x1000,
            64,
            0x200 if sections else 0,
            0,
            64,
            56,
            2,
            64,
            4 if sections else 0,
            3 if sections else 0,
        )
    )
    parts = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 0x1000, 0x1000, 4096)
    parts += struct.pack("<IIQQQQQQ", 3, 4, 0xB0, 0xB0, 0xB0, len(interpreter), len(interpreter), 1)
    data = header + parts + interpreter
    if not sections:
        return data
    data = (
        data.ljust(0x100, b"\0")
        + bytes(24)
        + struct.pack("<IBBHQQ", 1, 2, 0, 1, 0x1000, 0x80)
        + b"\0main\0.eh_frame\0"
    )
    one = lambda name, kind, at, size, link, each: struct.pack(
        "<IIQQQQIIQQ", name, kind, 0, at, at, size, link, 0, 8, each
    )
    return (
        data.ljust(0x200, b"\0")
        + bytes(64)
        + one(6, 1, 0x100, 8, 0, 0)
        + one(0, 2, 0x100, 48, 3, 24)
        + one(0, 3, 0x130, 16, 0, 0)
    )


def number(value):
    return bytes((8,)) + struct.pack(">Q", value)


def known(text):
    return b"\1" + text + b"\0"


def form(name):
    """A report with a root, three processes and three sites of three frames."""
    process = name + b"\0\1\1" + number(7)
    frame = known(name) * 4 + number(12) + number(0x1234) + b"\0"
    site = (
        name + b"\0\0" + number(3) + number(96) + number(9) + name + b"\0\1\3" + frame * 3 + b"\1"
    )
    head = known(b"/src") + b"\1" + name + b"\0" + name + b"\0" + name + b"\0\0"
    return head + number(1700000000) + number(1) + b"\3" + process * 3 + b"\3" + site * 3


FAILURE = (
    b"asserted no allocations: 1 allocation, 2 bytes\n  1 x malloc(2)\n"
    b"    #0 strdup+0x1a (/lib/libc.so.6+0x9)\n    #1 read_name+0xa (/t+0x3e)\n    #2 (/t+0x4)\n"
    b"    advice: strdup allocates at every call; copy\n"
)
DEATH = (
    b"asserted aborts on allocation: the block ended, after a violation:\n"
    b"  malloc(7)\n    #0 f\\n+0x1 (/t+0x2)\n"
)


def profile(seed):
    """Bytes of which all parts of a profile are made: many small numbers, and texts."""
    chosen = random.Random(seed)
    few = (0, 1, 2, 3, 4, 255)
    return bytes(
        chosen.choice((*few, chosen.randrange(256), chosen.randrange(32, 127))) for _ in range(1400)
    )


SEEDS = {
    "profile": [profile(seed) for seed in range(40)],
    "forms": [
        form(b"/src/a/../b.c"),
        form(b"main::{lambda(int)#1}::operator[](int) const"),
        form(b"]]><b>&amp;|`a``b`\\@user [l](http://x)\n\x1b\xff"),
        b"\0\0" + bytes(9),
    ],
    "failure": [
        b"\xff" + FAILURE + b"\0" + FAILURE,
        b"\xff" + FAILURE + b"\0" + FAILURE.replace(b"+0xa (/t+0x3e)", b" /a b.c:3 (inlined)"),
        b"\x10" + DEATH + b"\0" + DEATH.replace(b"f\\n", b"std::f<int>(a, b)"),
        b"\x20" + DEATH + b"\0" + b"  it wrote:\n    #0 x\n",
    ],
    "options": [
        b"\0\xffpolicy=deny:report=a%p.txt:frames=8:lock=main:max_reports=3:stats=1:symbolize=0",
        b"\0\x02polcy=allow:lock_after=9x:lock_signal=USR1",
        b"\1\xffenvironment=0:policy=abort\npolicy=allow",
        b"\1\x10free=forbid:follow_children=1\nhelp=1:suppressions=/a b:stages=1:unlock_signal=12",
    ],
    "suppressions": [
        b"\xff# third parties\nfunction:std::*\nmodule:libcurl.so*\nstack:*[a-z]?\\*\n",
        b"\4stack:[!x\nmodul:a\nfunction:\n",
        b"\xfffunction:*a*a*a*a*b\n",
    ],
    "hot_handed": [
        b"m0bad\nfparse header\nr10-20\nr30-40\nm0bae\nfother\nr1-2\nm0bad\nfd\nrff-100\n",
        b"r1-2\nm0bad\nr1-\nfa\nr2-1\nr10000000000000000-2\nr1-2",
    ],
    "results": [
        RESULT % b"holds" + RESULT % b"failed" + RESULT % b"skipped",
        RESULT % b"not-armed" + b"x\ty\n",
        (RESULT % b"holds").replace(b"test", b"\xff<b>\xc2\x85"),
    ],
    "baseline": [
        b"# known\n0123456789abcdef  malloc  parse (libfoo.so)\n\nfedcba9876543210 free\r\n",
        b"a::f(int) [clone .isra.0]",
        b"0123456789abcdef  a\n0123456789abcdef\tb\n0123456789abcdex\n",
    ],
    "names": [
        b"\0xmalloc!app\nparse.part.0!app\nmain!app\n\nvoid a::f<int>(int) const!lib.so.1\n~g!\n",
        b"\1f()::{lambda(int)#1}::operator()(int) const!app\nA::~A()!app\nmain!app\n",
        b"\3std::vector<int>::push_back(int)!app\na::h0123456789abcdef!app\n_RNvCs1_5crate!app\n",
        b"\2" + b"".join(b"work!app\nuse_%d!app\nmain!app\n\n" % i for i in range(12)),
        b"\4f@@V_1!libc.so.6\n\x1b[1m *?[\\ !\xff\n\n(anonymous namespace)::f[abi:cxx11]()!a",
    ],
    "annotate": [b"\7" + REPORT, b"\0" + REPORT * 2, b"\x40text without\nphaselock: violation: x"],
    "naming": [
        b"\1    #0 request+0xe (/tmp/program+0x1217)\n  build-id 6f82 /tmp/program",
        b"\0    #3 (/tmp/x\\n.so+0x1b0b7)",
        b"\0phaselock:   2 x malloc  f+0xe (/p+0x1227) < (/c.so+0x1a0a) < 0x12",
    ],
    "places": [
        b"f+0x1 (/a (b) < c+0x2)",
        b"  build-id 0a1b /x y",
        b"0x7f12",
        b"(/a\\\\n\\x1b+0x3) < g+0x4 (/b+0x5)",
    ],
    "elf": [elf(), elf(b"/lib/ld-musl-x86_64.so.1\0"), elf()[:100], b"\x7fELF\1\1" + bytes(64)],
    "collect": [
        b"\xff" + piece(1, REPORT),
        b"\3" + piece(1, b"x\n") + piece(1, b"", 7) + piece(2, REPORT[:90]),
        b"\2" + b"no piece at all, but text that somebody wrote\n",
    ],
    "unwind_rules": [
        bytes((module, at >> 16, at >> 8 & 255, at & 255))
        for module in range(8)
        for at in (0x40, 0x1234, 0x23456)
    ],
    "unwind_tables": [
        unwind_tables(bytes((0x41, 0x0E, 16, 0x86, 2, 0x43, 0x0D, 6))),
        unwind_tables(bytes((0x0A, 0x41, 0x0E, 16, 0x0B, 0xC6)), functions=2),
        unwind_tables(
            bytes((0x05, 3))
            + b"\x80" * 8
            + bytes((0x40, 0x13))
            + b"\x80" * 8
            + bytes((0x40, 0x14, 3, 0x3F)),
            functions=1,
        ),
        unwind_tables(
            bytes((0x0F, 4, 0x77, 8, 0x23, 8, 0x10, 3, 3, 0x76, 0, 0x06, 0x16, 16, 2, 0x77, 0)),
            indexed=False,
        ),
    ],
    "modules": [
        module(),
        module().replace(b"\4\0\0\0\0\0\0\0\0\1", b"\xf5\xfe\xff\x6f\0\0\0\0\0\1", 1),
    ],
    "program_file": [elf(sections=True), elf()],
}


def main():
    for target, seeds in SEEDS.items():
        folder = pathlib.Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (folder / f"seed_{number}").write_bytes(seed)


if __name__ == "__main__":
    main()
