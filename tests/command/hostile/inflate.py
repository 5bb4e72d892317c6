#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""inflate.py FILE: makes the section .debug_info of an ELF file one that is compressed, and 6 GiB
of nothing.
"""
import struct
import sys
import zlib

GIB = 6
BLOCK = 1 << 24
SHF_COMPRESSED = 0x800


def section() -> bytes:
    """Elf64_Chdr and a stream of zlib's: its parts are the same, since each begins anew."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = packer.compress(bytes(BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    length = GIB << 30
    adler = (length % 65521) << 16 | 1
    return (
        struct.pack("<IIQQ", 1, 0, length, 1)
        + b"\x78\xda"
        + part * (length // BLOCK)
        + packer.flush()
        + struct.pack(">I", adler)
    )


with open(sys.argv[1], "r+b") as file:
    data = bytearray(file.read())
    (first,) = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    (strings,) = struct.unpack_from("<Q", data, first + size * names + 24)
    for header in range(first, first + size * count, size):
        (name,) = struct.unpack_from("<I", data, header)
        if data[strings + name :].startswith(b".debug_info\0"):
            content = section()
            (flags,) = struct.unpack_from("<Q", data, header + 8)
            struct.pack_into("<Q", data, header + 8, flags | SHF_COMPRESSED)
            struct.pack_into("<QQ", data, header + 24, len(data), len(content))
            data += content
            break
    file.seek(0)
    file.write(data)
