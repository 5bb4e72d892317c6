#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""long_name.py N: a mangled name whose demangled form doubles N times: f(std::pair<int, int>, and
pairs of pairs of that).
"""
import sys


def substitution(number: int) -> str:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if number == 0:
        return "S_"
    number -= 1
    text = digits[number % 36]
    while number >= 36:
        number //= 36
        text = digits[number % 36] + text
    return f"S{text}_"


name = "_Z1fSt4pairIiiE"
for level in range(int(sys.argv[1])):
    name += f"S_I{substitution(level + 1)}{substitution(level + 1)}E"
print(name)
