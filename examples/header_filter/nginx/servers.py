# SPDX-License-Identifier: MIT
"""The servers of drive.py: nginx with or without the guard, the gRPC server, and one that tells
what it got. Each is a context manager that ends what it started, by pid.
"""
from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATIENCE = 30  # seconds for a server to start or to end


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def end(process: subprocess.Popen, number: int) -> None:
    """Ends a process by this signal, or by SIGKILL if it will not."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Port:
    """A port that nobody else can take. Where nobody listens connections are refused, else they get
    no answer.
    """

    def __init__(self, listens: bool) -> None:
        self.listens = listens

    def __enter__(self) -> Port:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        if self.listens:
            self.socket.listen()
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *unused) -> None:
        self.socket.close()


class Echo:
    """An upstream that answers with what it got, as JSON, and headers for the next hop alone."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            text = json.dumps(
                {
                    "method": self.command,
                    "path": self.path,
                    "body": len(body),
                    "headers": [[name.lower(), value] for name, value in self.headers.items()],
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Connection", "x-secret")
            self.send_header("X-Secret", "for the next hop")
            self.send_header("Keep-Alive", "timeout=5")
            self.send_header("X-Plain", "for the client")
            self.send_header("X-Callout-Status", "forged")
            if self.path.startswith("/policy"):
                self.send_header("X-Path", self.path)
                self.send_header(
                    "X-Asked",
                    ",".join(f"{name.lower()}={value}" for name, value in self.headers.items()),
                )
            with contextlib.suppress(OSError):  # who asked may have gone
                self.end_headers()
                self.wfile.write(text if self.command != "HEAD" else b"")

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, *unused) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *unused) -> None:
            """A connection ended: nginx's to end."""

    def __enter__(self) -> Echo:
        self.server = self.Server(("127.0.0.1", 0), self.Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *unused) -> None:
        self.server.shutdown()
        self.server.server_close()


class Review:
    """review_server.py; when it has ended, reports is how many it counted."""

    def __init__(self, build: Path) -> None:
        self.build = build

    def __enter__(self) -> Review:
        self.process = subprocess.Popen(
            [
                "/usr/bin/python3",
                str(HERE.parent / "review_server.py"),
                str(self.build / "examples/header_filter"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            end(self.process, signal.SIGKILL)
            sys.exit("drive.py: the gRPC server did not start")
        self.port, self.reports = int(line), -1
        return self

    def __exit__(self, *unused) -> None:
        end(self.process, signal.SIGTERM)
        match = re.match("([0-9]+) reports", self.process.stdout.read())
        self.reports = int(match[1]) if match else -1
        self.process.stdout.close()


class Nginx:
    """nginx with its own folder. options: of `phaselock run`, None for nginx without the guard."""

    def __init__(
        self, build: Path, folder: Path, options: list[str] | None, level: str, **ports: int
    ) -> None:
        self.build, self.folder, self.options, self.level, self.ports = (
            build,
            folder,
            options,
            level,
            ports,
        )

    def __enter__(self) -> Nginx:
        self.folder.mkdir()
        for _ in range(5):
            self.http, self.http2, plain = free_ports(3)
            if self.start({**self.ports, "http": self.http, "http2": self.http2, "plain": plain}):
                return self
            if "Address already in use" not in self.errors() or self.process.poll() is None:
                break  # else another one took the port meanwhile
        end(self.process, signal.SIGTERM)
        sys.exit(f"drive.py: nginx did not start:\n{self.errors()}{self.said()}")

    def start(self, words: dict[str, object]) -> bool:
        words = {
            **words,
            "level": self.level,
            "user": "user root;" if os.geteuid() == 0 else "",
            "module": self.build
            / "examples/header_filter/nginx/src/objs/ngx_http_header_review_module.so",
        }
        text = (HERE / "nginx.conf").read_text()
        (self.folder / "nginx.conf").write_text(
            re.sub("@([a-z0-9]+)@", lambda match: str(words[match[1]]), text)
        )
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None:
            sys.exit("drive.py: nginx is not found")
        command = [program, "-p", f"{self.folder}/", "-c", "nginx.conf", "-e", "error.log"]
        if self.options is not None:
            command = [str(self.build / "phaselock"), "run", *self.options, "--", *command]
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PHASELOCK_") and name != "LD_PRELOAD"
        }
        with open(self.folder / "said", "w") as said:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment
            )
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.http), 1):
                    pass
                self.master = int((self.folder / "nginx.pid").read_text())
                return True
            except (OSError, ValueError):
                time.sleep(0.02)
        return False

    def stop(self) -> int:
        """Ends nginx when the requests under way are done; returns the status of the command."""
        if self.process.poll() is None:
            try:
                os.kill(self.master, signal.SIGQUIT)
                self.process.wait(PATIENCE)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        end(self.process, signal.SIGTERM)
        return self.process.returncode

    def __exit__(self, *unused) -> None:
        self.stop()

    def errors(self) -> str:
        log = self.folder / "error.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def said(self) -> str:
        """What nginx and `phaselock run` wrote."""
        return (self.folder / "said").read_text(errors="replace")

    def status(self) -> dict[str, str]:
        """The worker's counts."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=PATIENCE)
        connection.request("GET", "/-/status", headers={"Connection": "close"})
        text = connection.getresponse().read().decode()
        connection.close()
        return dict(line.split(" ", 1) for line in text.splitlines())
