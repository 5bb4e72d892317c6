#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drives the plugin in host.mjs, which is V8, with curl and a real gRPC server: drive.py BUILD.

Three hosts, one after the other: one with both servers of the plugin's calls, one with neither, and
one whose first virtual machine makes a heap request in the locked phase. Prints each claim with
what was seen; ends with 0 only if all hold.
"""
from __future__ import annotations

import contextlib
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1]).resolve() / "examples/header_filter"
PYTHON = "/usr/bin/python3"  # the one that has grpc
TIMEOUT_MS = 600
MANY = 300

failures = 0


def claim(what: str, holds: bool, seen: object = "") -> None:
    global failures
    failures += not holds
    print(f"{'ok  ' if holds else 'FAIL'} {what}" + (f": {seen}" if seen != "" else ""), flush=True)


class Process:
    """A program that says where it listens in one of its first lines, and ends at SIGTERM. What it
    says is in a file.
    """

    def __init__(self, command: list, log: str) -> None:
        self.log = pathlib.Path(log)
        with self.log.open("w") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out)
        self.port = self.wait_for_port()

    def lines(self) -> list:
        return self.log.read_text(errors="replace").splitlines()

    def wait_for_port(self) -> int | None:
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(
                r"^(?:listening on )?(\d+)\n", self.log.read_text(errors="replace"), re.MULTILINE
            )
            if found:
                return int(found.group(1))
            time.sleep(0.02)
        return None

    def end(self) -> list:
        """Returns all that it said; ends it, also if it does not want to."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return self.lines()


@contextlib.contextmanager
def running(command: list, log: str):
    process = Process(command, log)
    try:
        if process.port is None:
            raise SystemExit(f"{command[1]} did not start: {process.end()}")
        yield process
    finally:
        process.end()


def host(*clusters: str, mistake: str = "none") -> list:
    configuration = {
        "authority": "check.example",
        "path": "/check",
        "http_cluster": "check",
        "grpc_cluster": "review",
        "timeout_ms": TIMEOUT_MS,
        "mistake": mistake,
    }
    return [
        "node",
        str(HERE / "host.mjs"),
        str(BUILD / "wasm/header_filter.wasm"),
        json.dumps(configuration),
        *clusters,
    ]


class Answer:
    def __init__(self, port: int, path: str, *options: str) -> None:
        done = subprocess.run(
            [
                "curl",
                "-s",
                "-S",
                "-i",
                "--max-time",
                "20",
                *options,
                f"http://127.0.0.1:{port}{path}",
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        head, _, body = done.stdout.replace("\r\n", "\n").rpartition("\n\n")
        lines = head.split("\n\n")[
            -1
        ].splitlines()  # of the last response: one of 100 may stand before it
        self.status = lines[0].split()[1] if lines else f"curl {done.returncode}"
        self.headers = [tuple(line.lower().split(": ", 1)) for line in lines[1:]]
        self.got = json.loads(body) if body.startswith("{") else {"headers": []}

    def values(self, name: str) -> list:
        return [value for other, value in self.headers if other == name]

    def sent(self, name: str) -> list:
        """What the upstream got of this name."""
        return [value for other, value in self.got["headers"] if other == name]

    def verdict(self) -> str:
        return " ".join(
            [self.status]
            + [
                ",".join(self.values(name)) or "-"
                for name in ("x-callout-status", "x-header-verdict", "x-header-label")
            ]
        )


def drive_with_servers(review: Process, log: str) -> None:
    with running(host(f"review=127.0.0.1:{review.port}"), log) as proxy:
        port = proxy.port
        first = Answer(
            port,
            "/status?a=1",
            "-H",
            "Connection: keep-alive, X-Private",
            "-H",
            "X-Private: 1",
            "-H",
            "Keep-Alive: 5",
            "-H",
            "TE: gzip",
            "-H",
            "Proxy-Connection: keep-alive",
            "-H",
            "X-Kept: yes",
        )
        claim("both calls are answered", first.verdict() == "200 204 accepted get", first.verdict())
        gone = [
            name
            for name in ("x-private", "keep-alive", "te", "proxy-connection")
            if first.sent(name)
        ]
        claim(
            "hop-by-hop headers of the request are gone, others stay",
            not gone and first.sent("x-kept") == ["yes"],
        )
        request_id = first.sent("x-request-id")
        claim(
            "one id goes to the upstream and back",
            len(request_id) == 1 and first.values("x-request-id") == request_id,
            "of 16 digits" if re.fullmatch("[0-9a-f]{16}", "".join(request_id)) else request_id,
        )
        claim(
            "hop-by-hop and forged headers of the response are gone, repeated ones stay",
            not first.values("x-hop") and first.values("set-cookie") == ["a=1", "b=2"],
        )
        own = Answer(port, "/", "-H", "X-Request-Id: mine-1")
        claim(
            "an id that comes is kept",
            own.sent("x-request-id") == own.values("x-request-id") == ["mine-1"],
        )
        post = Answer(port, "/readings", "-d", "level_mm=812")
        claim(
            "a body passes",
            post.got.get("size") == 12 and post.verdict() == "200 204 accepted post",
            post.verdict(),
        )
        rejected = Answer(port, "/rejected/1")
        claim(
            "a rejection is told, and passes",
            rejected.verdict() == "200 204 rejected get",
            rejected.verdict(),
        )
        broken = Answer(port, "/unavailable")
        claim(
            "a gRPC error is no verdict", broken.verdict() == "200 204 unknown -", broken.verdict()
        )
        slow = Answer(port, "/slow")
        claim(
            f"nor is a reply after {TIMEOUT_MS} ms",
            slow.verdict() == "200 204 unknown -",
            slow.verdict(),
        )
        Answer(port, "/slow", "--max-time", "0.1")
        after = Answer(port, "/")
        claim(
            "a client that goes away meanwhile is no loss",
            after.verdict() == "200 204 accepted get",
            after.verdict(),
        )
        large = Answer(port, "/", "-H", "X-Large: " + "x" * 20000)
        claim(
            "headers too large for the filter pass as they came",
            large.status == "200"
            and not large.sent("x-request-id")
            and len("".join(large.sent("x-large"))) == 20000,
        )
        many = subprocess.run(
            [
                "curl",
                "-sS",
                "--parallel",
                "--parallel-max",
                "16",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}\n",
                f"http://127.0.0.1:{port}/many/[1-{MANY}]",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        claim(
            f"{MANY} requests, 16 at a time",
            many.stdout == "200\n" * MANY,
            f"{many.stdout.count('200')} times 200",
        )
        lines = proxy.end()
    requests = MANY + 9
    counts = "\n".join(line for line in lines if "header_filter: requests=" in line)
    claim(
        "the plugin counted each, and asked for memory only before the lock",
        f"requests={requests} malformed=0 too_large=1 " in counts
        and counts.endswith("allocations=2 violations=0 locked_grown_bytes=0"),
        counts.partition("header_filter: ")[2],
    )
    claim(
        "one virtual machine served all",
        lines[-1].startswith(f"host: 1 virtual machines, {requests} calls"),
        lines[-1][6:],
    )
    reports = review.end()[-1]
    claim("the gRPC server got a report of each", reports == f"{requests} reports", reports)


def drive_without_servers(log: str) -> None:
    # A port that is taken and on which nobody listens.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % closed.getsockname()[1]
        with running(host(f"review={address}", f"check={address}"), log) as proxy:
            answer = Answer(proxy.port, "/")
            claim(
                "with both servers down requests pass",
                answer.verdict() == "200 none unknown -",
                answer.verdict(),
            )
        with running(host(), log) as proxy:
            answer = Answer(proxy.port, "/")
            claim(
                "with a cluster that the host does not know, too",
                answer.verdict() == "200 204 unknown -",
                answer.verdict(),
            )


def drive_with_mistake(log: str) -> None:
    with running(host(mistake="malloc"), log) as proxy:
        first, second = Answer(proxy.port, "/"), Answer(proxy.port, "/")
        lines = proxy.end()
    told = [line for line in lines if line.startswith("vm1 ")]
    claim(
        "a heap request in the locked phase is told",
        "vm1 error: phaselock: violation: malloc(24) while allocations are locked" in told,
    )
    claim(
        "and traps, with its place",
        any("trap: unreachable" in line for line in told)
        and any("proxy_on_request_headers" in line for line in told),
        first.status,
    )
    claim(
        "the next virtual machine serves",
        first.status == "503"
        and second.status == "200"
        and lines[-1].startswith("host: 2 virtual machines"),
        second.status,
    )


def main() -> int:
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, frame: sys.exit(128 + number))
    with running(
        [PYTHON, str(HERE.parent / "review_server.py"), str(BUILD)], "review.log"
    ) as review:
        drive_with_servers(review, "host.log")
    drive_without_servers("host_alone.log")
    drive_with_mistake("host_mistake.log")
    print("drive: all claims hold" if failures == 0 else f"drive: {failures} claims do not hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
