# SPDX-License-Identifier: MIT
"""Work for python3: writes and reads JSON, runs regular expressions over text, makes and drops
objects, and does one big sort.
"""
import json
import re


class Node:
    def __init__(self, number: int) -> None:
        self.name = f"node {number}"
        self.links: list["Node"] = []
        self.attributes = {"number": number, "text": "x" * (number % 300)}


def documents() -> int:
    document = {
        "rows": [{"id": i, "name": f"row {i}", "values": list(range(i % 17))} for i in range(3000)]
    }
    return sum(len(json.loads(json.dumps(document))["rows"]) for _ in range(4))


def words() -> int:
    text = " ".join(f"word{i % 311} {i * 7919 % 10007}-{i}" for i in range(20000))
    return len(re.findall(r"word(\d+) (\d+)-\d*7", text)) + len(
        re.sub(r"\d+", lambda match: match[0][::-1], text)
    )


def graphs() -> int:
    total = 0
    for _ in range(4):
        nodes = [Node(i) for i in range(6000)]
        for i, node in enumerate(nodes):
            node.links = [nodes[i * k % len(nodes)] for k in (3, 5, 7)]
        total += sum(len(link.attributes["text"]) for node in nodes for link in node.links)
    return total


print(documents(), words(), graphs(), len(sorted(str(i * 7919 % 100003) for i in range(60000))))
