#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""text.py KIND: a text that pretends to have reports in it, and is as long to read as can be."""
import sys

if sys.argv[1] == "modules":
    sys.stdout.writelines(f"  build-id aa /p{number}\n" for number in range(60000))
else:
    sys.stdout.write(("phaselock:   1 x f  " + " (x) < " * 9000 + "\n") * 20)
