#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""server.py COMMAND...: runs the command with DEBUGINFOD_URLS of a server that has nothing; says
whether it was asked.
"""
import http.server
import os
import subprocess
import sys
import threading

asked = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ.update(
    DEBUGINFOD_URLS=f"http://127.0.0.1:{server.server_port}/",
    DEBUGINFOD_CACHE_PATH=os.path.abspath("cache"),
)
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(ended.returncode, "is asked" if asked else "not asked")
