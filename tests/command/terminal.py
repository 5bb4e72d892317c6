#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""terminal.py KEY PROGRAM ARGUMENTS...: runs a program on a terminal of its own, and types a key.

KEY is the hexadecimal code of what it sends, 03 for Ctrl-C. It is typed when the program has
written its first line, and a line when it has written its second one: long enough after, that
whoever got the signal too could have passed it on. What the program writes is copied; the status is
its own.
"""
import os
import pty
import sys
import termios
import time

REST = 0.3
LOCAL_MODE = 3  # in what tcgetattr() returns


def main() -> int:
    """Returns the program's status."""
    program, terminal = pty.fork()
    if program == 0:
        mode = termios.tcgetattr(0)
        mode[LOCAL_MODE] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, mode)
        os.execvp(sys.argv[2], sys.argv[2:])
    typed = [bytes.fromhex(sys.argv[1]), b"\n"]
    seen = b""
    while True:
        try:
            got = os.read(terminal, 4096)
        except OSError:  # nobody has the terminal open any more
            break
        seen += got
        while typed and seen.count(b"\r\n") > 2 - len(typed):
            time.sleep(REST)
            os.write(terminal, typed.pop(0))
    sys.stdout.write(seen.decode().replace("\r\n", "\n"))
    return os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
