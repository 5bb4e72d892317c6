#!/usr/bin/python3 -B
# SPDX-License-Identifier: MIT
"""Drives the header filter in a real nginx worker under `phaselock run`, and says what held: one
line a claim, with its numbers. curl, wrk and h2load make the requests; all is on 127.0.0.1, in a
folder of its own. Exit status: 0 if all held.

Then the controls: a malloc and an ngx_palloc inside the guard and a leak must each be found, and
without the library the claims of the guard must not hold.
"""
from __future__ import annotations

import argparse
import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from servers import HERE, PATIENCE, Echo, Nginx, Port, Review

claims: list[bool] = []


def claim(holds: bool, text: str) -> None:
    claims.append(bool(holds))
    print(f"{'ok  ' if holds else 'FAIL'} {text}", flush=True)


def count(number: int) -> str:
    return f"{number:,}"


class Answer:
    def __init__(self, text: str) -> None:
        head, _, self.body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.status = lines[0].split(" ")[1] if " " in lines[0] else ""
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }

    def got(self) -> list[tuple[str, str]]:
        """What the server of Echo got."""
        return (
            [tuple(pair) for pair in json.loads(self.body)["headers"]]
            if self.body.startswith("{")
            else []
        )

    def calls(self) -> tuple[str, str, str]:
        return tuple(
            self.headers.get(name, "")
            for name in ("x-callout-status", "x-header-verdict", "x-header-label")
        )


class Client:
    """Counts the requests that the filter is to see."""

    def __init__(self, nginx: Nginx) -> None:
        self.nginx, self.sent = nginx, 0

    def curl(self, path: str, *options: str, http2: bool = False, body: bytes = b"") -> Answer:
        self.sent += 1
        port = self.nginx.http2 if http2 else self.nginx.http
        command = [
            "curl",
            "-sSi",
            "-m",
            str(PATIENCE),
            *(["--http2-prior-knowledge"] if http2 else []),
            *options,
            "-H",
            "Expect:",
            f"http://127.0.0.1:{port}{path}",
        ]
        done = subprocess.run(command, input=body, capture_output=True, check=False)
        return Answer(done.stdout.decode(errors="replace"))

    def raw(self, text: str, times: int) -> socket.socket:
        self.sent += times
        connection = socket.create_connection(("127.0.0.1", self.nginx.http), PATIENCE)
        connection.sendall(text.encode() * times)
        return connection

    def wrk(self, path: str, requests: int) -> tuple[int, bool]:
        """Returns how many were answered, and whether all with 2xx."""
        self.sent += requests
        text = ""
        with subprocess.Popen(
            [
                "wrk",
                "-t1",
                "-c16",
                "-d120",
                "-s",
                str(HERE / "wrk.lua"),
                f"http://127.0.0.1:{self.nginx.http}{path}",
                "--",
                str(requests),
            ],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                for line in process.stdout:
                    text += line
                    if line == "answered\n":
                        process.send_signal(signal.SIGINT)
            finally:
                process.kill()
        match = re.search("([0-9]+) requests in", text)
        return int(match[1]) if match else 0, "Non-2xx" not in text and "Socket errors" not in text

    def h2load(self, path: str, requests: int) -> tuple[int, bool]:
        self.sent += requests
        done = subprocess.run(
            ["h2load", f"-n{requests}", "-c4", "-m8", f"http://127.0.0.1:{self.nginx.http2}{path}"],
            capture_output=True,
            text=True,
            check=False,
        )
        match = re.search("status codes: ([0-9]+) 2xx, 0 3xx, 0 4xx, 0 5xx", done.stdout)
        return int(match[1]) if match else 0, " 0 failed, 0 errored, 0 timeout" in done.stdout


def wait_until(holds) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if holds():
                return True
        time.sleep(0.02)
    return False


# ---- what the filter does ------------------------------------------------------------------------


def check_functions(client: Client) -> None:
    hops = [
        "Connection: x-hop, keep-alive, cookie, referer",
        "X-Hop: 1",
        "Cookie: a=b",
        "Referer: here",
        "Keep-Alive: timeout=5",
        "TE: gzip",
        "Proxy-Connection: close",
        "Upgrade: none",
    ]
    answer = client.curl(
        "/echo?a=b", *[word for hop in hops for word in ("-H", hop)], "-H", "X-End: stays"
    )
    got = dict(answer.got())
    identity = got.get("x-request-id", "")
    plain = client.curl("/unfiltered", *[word for hop in hops for word in ("-H", hop)])
    client.sent -= 1
    names = [hop.split(":")[0].lower() for hop in hops]
    stripped = {*names} <= {*dict(plain.got())} and not {*names} & {*got}
    claim(
        stripped and got.get("x-end") == "stays" and re.fullmatch("[0-9a-f]{16}", identity),
        f"HTTP/1.1: {len(hops)} hop-by-hop headers did not reach the upstream (without the filter: "
        f"all), the others "
        f"did; id {identity}",
    )
    claim(
        answer.status == "200"
        and answer.headers.get("x-request-id") == identity
        and "x-secret" not in answer.headers
        and answer.headers.get("x-plain") == "for the client"
        and answer.calls() == ("200", "accepted", "get"),
        f"  back: the same id, call-out {answer.calls()[0]}, verdict {answer.calls()[1]}, label "
        f"{answer.calls()[2]}; "
        "the upstream's x-secret, which its Connection names, did not",
    )
    answer = client.curl(
        "/echo",
        "-H",
        "TE: trailers",
        "-H",
        "X-Request-Id: mine-1",
        "-H",
        "X-Request-Id: two",
        http2=True,
    )
    ids = [value for name, value in answer.got() if name == "x-request-id"]
    claim(
        answer.status == "200"
        and ids == ["mine-1"]
        and dict(answer.got()).get("te") == "trailers"
        and answer.headers.get("x-request-id") == "mine-1"
        and answer.calls() == ("200", "accepted", "get"),
        "HTTP/2: likewise; an id that came is kept, `te: trailers` too",
    )
    answer = client.curl("/rejected", http2=True)
    claim(
        answer.calls() == ("204", "rejected", "get"),
        "the gRPC server's verdict comes back: /rejected is rejected",
    )
    answer = client.curl("/echo", "-I")
    posts = [
        client.curl("/echo", "--data-binary", "@-", body=b"x" * 100000, http2=http2)
        for http2 in (False, True)
    ]
    sizes = {json.loads(post.body)["body"] if post.body.startswith("{") else 0 for post in posts}
    with client.raw("GET /headers HTTP/1.1\r\nHost: a\r\n\r\n", 3) as connection:
        piped = b""
        while piped.count(b"hello\n") < 3 and (some := connection.recv(65536)):
            piped += some
    claim(
        answer.calls()[2] == "head"
        and {post.calls()[2] for post in posts} == {"post"}
        and sizes == {100000}
        and len(set(re.findall(b"x-request-id: (.*)\r", piped))) == 3,
        f"HEAD, POST with a body of {count(max(sizes))} bytes, and 3 pipelined requests with an id "
        f"each",
    )


def check_files(client: Client) -> None:
    """Headers that nginx makes itself lie in memory which other requests had."""
    client.wrk("/echo", 200)
    answered, good = client.h2load("/file", 2000)
    answer = client.curl("/file")
    claim(
        good
        and answered == 2000
        and answer.status == "200"
        and "etag" in answer.headers
        and "x-request-id" in answer.headers,
        f"a file, {count(answered)} times: nginx's own headers, and the filter's",
    )


def check_calls_sent(client: Client) -> None:
    """The level of the log is info here: the filter logs each header of the call-out's reply, and
    Echo says in one what it was asked for.
    """
    answer = client.curl("/echo")
    identity = answer.headers.get("x-request-id")
    wanted = f"call-out reply header x-asked: host=callout.example,x-request-id={identity}"
    log = client.nginx.errors()
    claim(
        f"{wanted} while" in log
        and f"{identity} call-out reply header x-path: /policy/headers while" in log,
        "the call-out sent what filter_call made, and no other header: host callout.example, its "
        "path, the id",
    )


def check_limits(client: Client) -> None:
    options = ",".join(f"x-{n}" for n in range(33))
    before = client.nginx.status()
    one = client.curl("/echo", "-H", f"Connection: {options}", "-H", "X-3: here")
    two = client.curl("/echo", "-H", "X-Large: " + "x" * 30000)
    many = client.curl("/headers", *[word for n in range(900) for word in ("-H", f"X-{n}: 1")])
    after = client.nginx.status()
    large = int(after["too_large"]) - int(before["too_large"])
    claim(
        one.status == two.status == many.status == "200"
        and large == 2
        and dict(one.got()).get("x-3") == "here"
        and len(dict(two.got()).get("x-large", "")) == 30000,
        f"33 connection options, 30,000 bytes of headers: passed on as they came, counted "
        f"({large}); 900: 200",
    )
    once = [client.curl(path) for path in ("/redirect", "/named")]
    seen = int(client.nginx.status()["requests"]) - int(after["requests"])
    claim(
        [answer.status for answer in once] == ["404", "200"]
        and seen == 2
        and all(answer.calls() == ("204", "accepted", "get") for answer in once),
        f"2 internal redirects: {seen} requests filtered, each once",
    )


def check_failures(client: Client) -> None:
    wanted = {
        "/call-down": ("200", "none", "accepted"),
        "/review-down": ("200", "204", "unknown"),
        "/unavailable": ("200", "204", "unknown"),
        "/slow": ("200", "204", "unknown"),
        "/main-down": ("502", "204", "accepted"),
    }
    wrong = []
    for path, result in wanted.items():
        for http2 in (False, True) if path != "/slow" else (False,):
            answer = client.curl(path, http2=http2)
            if (answer.status, *answer.calls()[:2]) != result:
                wrong.append(path)
    claim(
        not wrong,
        "call-out down, gRPC server down, unavailable, slow, upstream down: each request ends, "
        "with "
        "call-out `none` or verdict `unknown`" + "".join(f" NOT {path}" for path in wrong),
    )
    for path in ("/silent", "/review-silent"):
        for http2 in (False, True, False, True):
            leave(client, path, http2)
    gone = wait_until(lambda: client.nginx.status()["open"] == "0")
    claim(
        gone,
        "8 clients that go away before the upstream, or the gRPC server, has answered: no request "
        "stays open",
    )


def leave(client: Client, path: str, http2: bool) -> None:
    """Makes a request and goes away when the filter has it."""
    port = client.nginx.http2 if http2 else client.nginx.http
    client.sent += 1
    with subprocess.Popen(
        [
            "curl",
            "-sS",
            *(["--http2-prior-knowledge"] if http2 else []),
            f"http://127.0.0.1:{port}{path}",
        ],
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until(lambda: client.nginx.status()["open"] == "1")
        finally:
            process.kill()
    wait_until(lambda: client.nginx.status()["open"] == "0")


# ---- the guard -----------------------------------------------------------------------------------


def not_proved(nginx: Nginx, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Why it cannot be said that the filter made no heap request. nginx has been stopped."""
    said = nginx.said()
    reasons = {
        "the worker's guard is not armed": before.get("guard") != "armed"
        or after.get("guard") != "armed",
        "phaselock did not prove that it was armed": "phaselock run: armed: "
        "every entry point comes to the library, "
        "in 1 program and 1 fork" not in said,
        "phaselock did not say PASS": not said.endswith("phaselock run: PASS\n"),
        "the command's status": nginx.process.returncode != 0,
        "there were violations": after.get("violations") != "0" or "violation:" in said,
        "there were findings of the pool check": after.get("pool_findings") != "0"
        or "pool check" in nginx.errors(),
        "the worker is another one": before.get("worker") != after.get("worker"),
    }
    return [reason for reason, holds in reasons.items() if holds]


def check_many(client: Client, requests: int) -> None:
    few = requests // 10
    for path, number, what in (
        ("/call", requests // 2, "with the call-out"),
        ("/many", few // 2, "with both calls"),
    ):
        for load, name in ((client.wrk, "wrk, HTTP/1.1"), (client.h2load, "h2load, HTTP/2")):
            begin = time.monotonic()
            answered, good = load(path, number)
            claim(
                good and answered == number,
                f"{name}: {count(answered)} requests {what}, every answer 2xx, in "
                f"{time.monotonic() - begin:.1f} s",
            )


def run_guarded(build: Path, folder: Path, requests: int) -> None:
    with Port(False) as down, Port(True) as silent, Echo() as echo:
        ports = {"echo": echo.port, "down": down.port, "silent": silent.port}
        with Review(build) as review:
            with Nginx(
                build, folder / "guarded", ["--policy=abort"], "warn", grpc=review.port, **ports
            ) as nginx:
                client, before = Client(nginx), nginx.status()
                for check in (
                    check_functions,
                    check_files,
                    check_limits,
                    check_failures,
                    lambda to: check_many(to, requests),
                ):
                    if all(claims):  # else the rest would only wait
                        check(client)
                wait_until(lambda: nginx.status()["open"] == "0")
                after = nginx.status()
                nginx.stop()
        reasons = not_proved(nginx, before, after)
        heap = re.search("init: ([0-9]+) requests", nginx.said())
        claim(
            not reasons,
            f"0 violations and 0 findings of the pool check, while nginx around made "
            f"{count(int(heap[1]) if heap else 0)} heap "
            f"requests{''.join(f'; NOT: {reason}' for reason in reasons)}",
        )
        nothing = all(
            after[name] == "0" for name in ("open", "malformed", "dropped", "no_context", "skipped")
        )
        claim(
            nothing and int(after["requests"]) == client.sent,
            f"the filter counted "
            f"{count(int(after['requests']))} requests, all that were sent, by one worker: pid "
            f"{after['worker']}",
        )
        made = (
            int(after["reviews"]) - 6
        )  # to the ports where it is not: /review-down twice, /review-silent 4 times
        claim(
            review.reports == made,
            f"the gRPC server counted {count(review.reports)} reports, the worker "
            f"{count(made)} gRPC calls",
        )


# ---- the controls --------------------------------------------------------------------------------


def check_mistakes(client: Client) -> None:
    nginx = client.nginx
    for path in ("/headers", "/headers", "/mistake-leak", "/headers"):
        wait_for_life(client, path)
    # The lives of those four, each with what is told behind its end. The first takes a connection
    # to the upstream,
    # which stays open.
    lives = re.split("(?m)^(?=.* Request Start)", stage_lines(nginx))[-4:]
    # The bytes are usable ones, of which glibc's allocator gives a block of 64 some more.
    leak = re.search(
        r"\[MEMORY-LEAK\] Potential leak at Request Complete: 2 net allocations, (\d+) bytes "
        r"potentially leaked\n\Z",
        lives[2],
    )
    claim(
        leak is not None and int(leak[1]) >= 128 and "[MEMORY-LEAK]" not in lives[1] + lives[3],
        f"control, 2 blocks leaked: {leak[0].strip() if leak else lives[2]}; without: no such line",
    )

    for number, (path, pool) in enumerate(
        (("/mistake-palloc", "request"), ("/mistake-connection", "connection")), 1
    ):
        client.curl(path)
        findings = nginx.status().get("pool_findings")
        finding = re.search(
            f"pool check: .* the {pool} inside the guard at request.c:[0-9]+", nginx.errors()
        )
        claim(
            findings == str(number) and finding,
            f"control, ngx_pnalloc of 1 byte: {finding[0] if finding else 'not found'}",
        )

    before = nginx.status()["worker"]
    lines = (HERE / "mistake.c").read_text().splitlines()
    place = "mistake.c:" + str(
        1 + next(n for n, line in enumerate(lines) if "the mistake: malloc" in line)
    )
    died = client.curl("/mistake-malloc").status == "" and wait_until(
        lambda: nginx.status()["worker"] != before
    )
    answer = client.curl("/")
    claim(
        died
        and f"worker process {before} exited on signal 6" in nginx.errors()
        and answer.status == "200",
        f"control, malloc: worker {before} died by SIGABRT, the next request was {answer.status} "
        f"by another worker",
    )
    wait_until(lambda: "phaselock: aborting" in nginx.said())
    claim(
        "phaselock: violation: malloc(24) inside a forbid scope" in nginx.said()
        and re.search(f"#0 mistake_inside .*/{place}\n", nginx.said()),
        f"  the report names the line: {place}",
    )


def stage_lines(nginx: Nginx) -> str:
    return "".join(line for line in nginx.said().splitlines(True) if line.startswith("[MEMORY-"))


def wait_for_life(client: Client, path: str) -> None:
    before = stage_lines(client.nginx).count("Request Complete: bytes")
    client.curl(path)
    wait_until(lambda: stage_lines(client.nginx).count("Request Complete: bytes") > before)


def check_stages(nginx: Nginx) -> None:
    """Those of a request with both calls; the numbers are of all that the worker did meanwhile."""
    names = [
        "Request Start",
        "After Header Processing",
        "After Protobuf Creation",
        "gRPC Response Start",
        "Request End",
        "Request Complete",
    ]
    pattern = "".join(
        rf"\[MEMORY-TRACK\] {name}: bytes_allocated=([0-9]+)[^\n]*\n" for name in names
    )
    whole = re.search(pattern, stage_lines(nginx))
    begun = re.search(
        r"\[MEMORY-TRACK\] Plugin Initialization: bytes_allocated=[0-9]+ \(\+[1-9]",
        stage_lines(nginx),
    )
    claim(
        begun
        and whole
        and "(+0), allocations=" in whole[0].split("\n")[1]
        and len(set(whole.groups())) > 2,
        f"stages: Plugin Initialization, then {len(names)} for a request; for instance",
    )
    if whole:  # one of those in which nginx asked for memory too
        print("       " + whole[0].split("\n")[2])


def run_controls(build: Path, folder: Path) -> None:
    with Port(False) as down, Echo() as echo, Review(build) as review:
        ports = {"echo": echo.port, "down": down.port, "silent": down.port, "grpc": review.port}
        with Nginx(
            build, folder / "controls", ["--policy=abort", "--stages"], "info", **ports
        ) as nginx:
            client = Client(nginx)
            check_calls_sent(client)
            check_mistakes(client)
            nginx.stop()
        claim(
            nginx.process.returncode == 99
            and nginx.said().endswith("phaselock run: FAIL: 1 violation\n"),
            "  `phaselock run` ended with 99: FAIL: 1 violation",
        )
        check_stages(nginx)
        with Nginx(build, folder / "absent", None, "warn", **ports) as nginx:
            before, answer = nginx.status(), Client(nginx).curl("/mistake-malloc")
            after = nginx.status()
            nginx.stop()
        reasons = not_proved(nginx, before, after)
        claim(
            answer.status == "200"
            and after.get("guard") == "absent"
            and len(reasons) >= 3
            and "phaselock is absent: nothing is checked" in nginx.errors(),
            f"control, without phaselock: the malloc passes, and the claim is refused for "
            f"{len(reasons)} reasons",
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Drives the header filter in nginx, and says what held."
    )
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build folder")
    parser.add_argument(
        "--requests",
        type=int,
        default=100000,
        metavar="N",
        help="requests of wrk and h2load with the call-out; a tenth as many more have both "
        "(100000)",
    )
    arguments = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="header-filter-") as name:
        try:
            run_guarded(arguments.build.resolve(), Path(name), arguments.requests)
            if all(claims):
                run_controls(arguments.build.resolve(), Path(name))
        finally:
            if not (claims and all(claims)):
                for log in sorted(Path(name).glob("*/[es][ra]*")):
                    end = log.read_text(errors="replace")[-3000:]
                    print(f"---- {log.parent.name}/{log.name}\n{end}", file=sys.stderr)
    print(
        f"verdict: {'PASS' if all(claims) else 'FAIL'}, {sum(claims)} of {len(claims)} claims held"
    )
    return 0 if all(claims) else 1


if __name__ == "__main__":
    sys.exit(main())
