# SPDX-License-Identifier: MIT
"""Types lines into an interactive bash with bash-completion, and prints what the completion of
phaselock makes of them.

Usage: completion.py FOLDER LINE...: FOLDER has the file completions/phaselock; each LINE is
completed at its end, by readline's insert-completions, and printed with all that can stand there.
completion.py FOLDER --compare: compares all that can be completed with the help of each verb, and
the help with the man page. Status: 0 if they agree, 1 if not.
"""
from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
# Meta-* inserts all completions; the other key hands the line out.
RC = """
. {bash_completion}
bind 'set enable-bracketed-paste off'
bind '"\\C-xa": insert-completions'
hand_out() {{ printf '%s\\n' "$READLINE_LINE" >>{out}; READLINE_LINE= READLINE_POINT=0; }}
bind -x '"\\C-xb": hand_out'
echo ready >>{out}
"""
TIMEOUT = 30


class Shell:
    """An interactive bash on a terminal of its own."""

    def __init__(self, completions: Path) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.out = Path(self.folder.name, "out")
        self.out.touch()
        rc = Path(self.folder.name, "rc")
        rc.write_text(RC.format(bash_completion=BASH_COMPLETION, out=self.out))
        data = Path(self.folder.name, "data/bash-completion")
        data.mkdir(parents=True)
        (data / "completions").symlink_to(completions)
        environment = {**os.environ, "XDG_DATA_DIRS": str(data.parent), "TERM": "dumb"}
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe("bash", ["bash", "--noprofile", "--rcfile", str(rc), "-i"], environment)
        self.seen = 0
        assert self.line() == "ready", "bash has not started"

    def line(self) -> str:
        """The next line that the shell has handed out."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            lines = self.out.read_text().splitlines(keepends=True)
            if len(lines) > self.seen and lines[self.seen].endswith("\n"):
                self.seen += 1
                return lines[self.seen - 1].rstrip("\n")
            if select.select([self.terminal], [], [], 0.02)[0]:
                os.read(self.terminal, 65536)
        sys.exit("completion.py: bash does not answer")

    def complete(self, line: str) -> str:
        os.write(self.terminal, line.encode() + b"\x18a\x18b")
        return self.line().rstrip()

    def words(self, line: str) -> set[str]:
        """What can stand at the end of a line, whose last word is empty or its beginning."""
        return set(self.complete(line)[len(re.sub(r"[^ =]*$", "", line)) :].split())


def help_of(*verb: str) -> str:
    return subprocess.run(
        ["phaselock", *verb, "--help"], check=True, capture_output=True, text=True
    ).stdout


def compare(shell: Shell) -> bool:
    """Prints what differs."""
    differences = []

    def expect(what: str, completed: set[str], wanted: set[str]) -> None:
        if completed != wanted:
            differences.append(f"{what}: completed {sorted(completed)}, wanted {sorted(wanted)}")

    verbs = set(re.findall(r"^  ([a-z]+) ", help_of(), re.MULTILINE))
    expect("verbs", shell.words("phaselock "), verbs | {"-h", "--help", "--version"})
    man = (Path(__file__).resolve().parents[2] / "docs/man/phaselock.1").read_text()
    count = 0
    for verb in sorted(verbs):
        text = help_of(verb)
        options = dict(re.findall(r"(?<![`\w])(--[a-z][a-z-]*)(=[^ ]+)?", text))
        completed = shell.words(f"phaselock {verb} --")
        expect(f"{verb} --", completed, {name + "=" * bool(of) for name, of in options.items()})
        for name, form in options.items():
            count += 1
            if not re.search(rf"^\.It Fl (\w , )?{name[1:]}\b", man, re.MULTILINE):
                differences.append(f"{verb} {name}: not in the man page")
            signals = re.search(r"^SIGNAL: (.*)\|[^|]*$", text, re.MULTILINE)
            form = signals[1] if form == "=SIGNAL" else form[1:]
            if re.search(r"\|", form):
                wanted = set(form.split("|"))
                expect(f"{name}=", shell.words(f"phaselock {verb} {name}="), wanted)
                expect(f"{name} ", shell.words(f"phaselock {verb} {name} "), wanted)
    print("\n".join(differences) or f"{len(verbs)} verbs, {count} options: the same")
    return not differences


def main() -> int:
    shell = Shell(Path(sys.argv[1]).resolve())
    if sys.argv[2] == "--compare":
        return 0 if compare(shell) else 1
    for line in sys.argv[2:]:
        print(shell.complete(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
