#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""phaselock trace on real nginx with the header filter: the chain of each request, of one nginx by
its PID while h2load makes requests of it, and of two nginx in a chain, with h2load as the program.
Usage: trace_nginx.py BUILD
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples/header_filter/nginx"))
from servers import Echo, Nginx, Port, Review  # noqa: E402

REQUESTS = 1000
MODULE = "examples/header_filter/nginx/src/objs/ngx_http_header_review_module.so"
ORDER = (
    "Read FiltersStart RequestHeadersStart RequestHeadersEnd CalloutStart CalloutEnd GrpcStart "
    "GrpcEnd Router ResponseHeadersStart ResponseHeadersEnd Write FiltersEnd"
).split()
WITHOUT_GRPC = " ".join(name for name in ORDER if not name.startswith("Grpc"))


def load(protocol: str, nginx: Nginx, path: str, requests: int) -> list[str]:
    options = ["--h1"] if protocol == "HTTP/1.1" else ["-m8"]
    port = nginx.http if protocol == "HTTP/1.1" else nginx.http2
    return ["h2load", f"-n{requests}", "-c4", *options, f"http://127.0.0.1:{port}{path}"]


def check(text: str, *wanted: str) -> None:
    for one in wanted:
        assert one in text, f"no {one!r} in:\n{text[:3000]}"


def trace_process(build: Path, nginx: Nginx, protocol: str) -> None:
    """By the PID of the master, of whose workers we want to know."""
    with subprocess.Popen(
        [str(build / "phaselock"), "trace", "chain", str(nginx.master)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as tracer:
        try:
            said = tracer.stderr.readline()
            assert "attached" in said, said + tracer.stderr.read()
            subprocess.run(
                load(protocol, nginx, "/call", REQUESTS), check=True, capture_output=True
            )
        finally:
            tracer.send_signal(signal.SIGINT)
            text, errors = tracer.communicate()
    assert not errors and not tracer.returncode, errors
    events = REQUESTS * len(WITHOUT_GRPC.split())
    check(text, f"{REQUESTS} requests, {events} events\n")
    check(text, f"{REQUESTS} requests by {WITHOUT_GRPC}\n", ": 11 hook points, 1 process, ")
    print(f"{protocol}: {REQUESTS} requests of 4 connections, each with its hook points in order")


def trace_two(build: Path, module: Path, front: Nginx) -> None:
    requests = REQUESTS // 10
    done = subprocess.run(
        [str(build / "phaselock"), "trace", "chain", "--all", f"--in={module}"]
        + load("HTTP/2", front, "/main-down", requests),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    check(done.stdout, f"{requests} requests, {requests * 2 * len(ORDER)} events\n")
    found = re.findall(r": 26 hook points, 2 processes, ", done.stdout)
    assert len(found) == 5, done.stdout
    print(f"two nginx in a chain: {requests} requests, each with one id in both, and both calls")


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    os.environ["PYTHONPATH"] = str(build / "examples/header_filter")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trace-")))
        # A file of its own: with --all, any nginx with the same one is traced.
        own = folder / "build"
        (own / MODULE).parent.mkdir(parents=True)
        shutil.copy(build / MODULE, own / MODULE)
        echo = stack.enter_context(Echo())
        review = stack.enter_context(Review(build))
        silent = stack.enter_context(Port(True))
        ports = {"echo": echo.port, "grpc": review.port, "silent": silent.port}
        back = stack.enter_context(
            Nginx(own, folder / "back", None, "warn", down=echo.port, **ports)
        )
        front = stack.enter_context(
            Nginx(own, folder / "front", None, "warn", down=back.http, **ports)
        )
        for protocol in ("HTTP/1.1", "HTTP/2"):
            trace_process(build, front, protocol)
        trace_two(build, own / MODULE, front)
    return 0


if __name__ == "__main__":
    sys.exit(main())
