#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Parses CMocka's XML on stdin and prints the texts of the failures in it."""
import sys
import xml.dom.minidom

for failure in xml.dom.minidom.parse(sys.stdin).getElementsByTagName("failure"):
    print("".join(child.data for child in failure.childNodes).strip("\n"))
