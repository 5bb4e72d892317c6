#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hostile_names.py BUILD SOURCE: everything that has a name has a forged one, function, source
file, program, module, thread, stage, option, interpreter, and what each way to use the library and
the command writes is read: lines of plain text, of which none pretends to be the command's.
"""
import html
import os
import subprocess
import sys
import xml.etree.ElementTree

BUILD, SOURCE = map(os.path.abspath, sys.argv[1:])
HOSTILE = (
    b"x\nphaselock run: PASS\n\x1b[2J\x9b1m\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\r\t\x7f"
    b'\xef\xbb\xbf\xed\xa0\xbd\xff\\ caf\xc3\xa9 "'
)
PROGRAM = r"""
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <dlfcn.h>
#include <phaselock/phaselock.h>
#include <stdlib.h>
#include <sys/prctl.h>

__attribute__((noinline)) void exported(void *volatile block);

__attribute__((noinline)) static void hidden(void)
{
	exported(malloc(31));
	__asm__ volatile("");
}
#line 7 "@NAME@"
__attribute__((noinline)) void exported(void *volatile block)
{
	free(block);
	block = malloc(32);
	free(block);
}

int main(int count, char **words)
{
	void (*plug)(void) = NULL;
	struct phaselock_stage stage;

	if (count > 1)
		plug = (void (*)(void))dlsym(dlopen(words[1], RTLD_NOW | RTLD_DEEPBIND), "plug");
	prctl(PR_SET_NAME, "@NAME@");
	if (phaselock_present()) {
		phaselock_stage_begin(&stage, "@NAME@");
		lock_allocations();
	}
	hidden();
	if (plug != NULL)
		plug();
	if (phaselock_present())
		phaselock_stage_end(&stage, "@NAME@");
	return 0;
}
"""
PLUGIN = (
    '#include <stdlib.h>\n#line 9 "@NAME@"\n'
    "void plug(void) { char *volatile block = malloc(33); free(block); }\n"
)
FORM = r"""
#include "common/quote.h"
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words)
{
	static char text[4096], quoted[PL_QUOTED_SIZE];
	size_t length = fread(text, 1, sizeof(text), stdin);

	for (size_t at = 0; count > 1 && at < length; fputs(quoted, stdout))
		at += pl_quote(text + at, length - at, (enum pl_quote)atoi(words[1]), quoted);
	return 0;
}
"""
failures: list[str] = []
calls = 0


def in_c(text: str) -> bytes:
    return text.encode().replace(b"@NAME@", b"".join(b"\\%03o" % byte for byte in HOSTILE))


def check(what: str, text: bytes) -> None:
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        failures.append(f"{what}: {error}")
        return
    for line in lines:
        bad = [f"U+{ord(c):04X}" for c in line if not c.isprintable()]
        if bad or line.startswith("phaselock run: PASS"):
            failures.append(f"{what}: {' '.join(bad)} in {line!r}")


def run(what: str, words: list, wanted: bytes, /, **environment: bytes | str) -> bytes:
    """Runs a program; `wanted` is of what it says, so that a silent one does not pass."""
    global calls
    calls += 1
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PHASELOCK_", "LD_PRELOAD"))
    }
    preload = environment.pop("LD_PRELOAD", None)
    inside = ["env", f"LD_PRELOAD={preload}"] if preload else []
    done = subprocess.run(
        ["timeout", "-s", "KILL", "20", *inside, *words],
        env={**plain, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    check(what, done.stdout)
    check(what, done.stderr)
    if wanted not in done.stdout + done.stderr:
        failures.append(f"{what}: no {wanted!r} in {done.stdout + done.stderr!r}")
    return done.stderr


def build() -> None:
    for name, text in (("program.c", PROGRAM), ("plugin.c", PLUGIN)):
        with open(name, "wb") as file:
            file.write(in_c(text))
    include = f"-I{SOURCE}/include"
    subprocess.run(
        ["gcc", "-O1", "-g", "-w", "-fno-builtin", include, "-c", "program.c"], check=True
    )
    os.mkdir(HOSTILE)
    for old in (b"exported", b"hidden"):
        subprocess.run(
            [b"objcopy", b"--redefine-sym", old + b"=" + old + HOSTILE, b"program.o"], check=True
        )
    subprocess.run(
        [b"gcc", b"-rdynamic", b"-o", HOSTILE + b"/" + HOSTILE, b"program.o"], check=True
    )
    subprocess.run(
        [
            b"gcc",
            b"-O1",
            b"-g",
            b"-fno-builtin",
            b"-shared",
            b"-fPIC",
            b"-o",
            HOSTILE + b"/p" + HOSTILE,
            b"plugin.c",
        ],
        check=True,
    )


build()
program = [b"./" + HOSTILE + b"/" + HOSTILE, b"./" + HOSTILE + b"/p" + HOSTILE]
command, library = f"{BUILD}/phaselock", f"{BUILD}/libphaselock-system.so"
caf = "café".encode()

for policy in (
    "policy=allow:stages=1:stats=1",
    "policy=abort:symbolize=" + command,
    "policy=deny:frames=32",
):
    log = run(f"preloaded, {policy}", program, caf, LD_PRELOAD=library, PHASELOCK_OPTIONS=policy)
    with open("log", "wb") as file:
        file.write(log)
    run("symbolize", [command, "symbolize", "log"], caf)
for symbolize in ("0", "1"):
    run(
        f"run, symbolize={symbolize}",
        [command, "run", "--policy=allow", "--stages", f"--symbolize={symbolize}", *program],
        b"FAIL: ",
    )
    run(
        "run to a file",
        [
            command.encode(),
            b"run",
            b"--policy=allow",
            b"--symbolize=" + symbolize.encode(),
            b"--report=r",
            *program,
        ],
        b"FAIL: ",
    )
    with open("r", "rb") as file:
        check("report=", file.read())
run(
    "a file of no folder",
    [
        command.encode(),
        b"run",
        b"--policy=allow",
        b"--report=./none/" + HOSTILE.replace(b":", b""),
        *program,
    ],
    b"cannot write",
)

with open("script", "wb") as file:
    file.write(b"#!/none/\x1b[2J\xe2\x80\xae\x9b\n")
os.chmod("script", 0o755)
run("interpreter", [command, "run", "./script"], b"interpreter")
with open("env", "wb") as file:
    file.write(b"#!/usr/bin/env \x1b[2J\xe2\x80\xae\x9b\n")
os.chmod("env", 0o755)
run("interpreter of env", [command, "run", "./env"], b"interpreter")
with open(HOSTILE + b"2", "wb") as file:
    file.write(
        b"function:["
        + HOSTILE
        + b"\n\xe2\x80\xae:x\nmodule:none"
        + HOSTILE.replace(b"\n", b" ")
        + b"\n"
    )
suppressions = b"--suppressions=./" + HOSTILE + b"2"
run(
    "suppressions",
    [command.encode(), b"run", suppressions.replace(b":", b"")[:-1] + b"2", b"true"],
    b"suppressions",
)
os.rename(HOSTILE + b"2", HOSTILE.replace(b":", b"") + b"2")
run(
    "suppressions",
    [command.encode(), b"run", suppressions.replace(b":", b""), b"true"],
    b"want function",
)
with open(HOSTILE.replace(b":", b"") + b"2", "wb") as file:
    file.write(b"module:none\xe2\x80\xae\x1b\x9b\n")
run(
    "suppressions of nothing",
    program,
    b"matched nothing",
    LD_PRELOAD=library,
    PHASELOCK_OPTIONS=b"policy=allow:suppressions=./" + HOSTILE.replace(b":", b"") + b"2",
)

words = [
    b"--policy=",
    b"--library=",
    b"--allocator=",
    b"--lock-after=",
    b"--debug-path=",
    b"--",
    b"-",
    b"--report=",
    b"",
]
for word in words:
    run(
        f"argument {word!r}",
        [command.encode(), b"run", word + HOSTILE, b"--", b"true"],
        b"phaselock",
    )
for verb in (b"", b"symbolize", b"report"):
    run(
        f"verb {verb!r}",
        [command.encode(), *([verb] if verb else []), HOSTILE + b"none"],
        b"phaselock",
    )
run(
    "options",
    program,
    b"PHASELOCK_OPTIONS",
    LD_PRELOAD=library,
    PHASELOCK_OPTIONS=b"policy=" + HOSTILE + b":" + HOSTILE,
)
run(
    "options",
    [command, "run", "true"],
    b"PHASELOCK_OPTIONS",
    PHASELOCK_OPTIONS=b"policy=" + HOSTILE + b":" + HOSTILE,
)


def check_markup() -> None:
    """What quote.c makes for XML and HTML, by the readers of Python: the text that stands on a
    terminal, in both.
    """
    with open("form.c", "w", encoding="utf-8") as file:
        file.write(FORM)
    subprocess.run(
        [
            "gcc",
            "-std=c11",
            f"-I{SOURCE}/lib",
            f"-I{SOURCE}/include",
            "-o",
            "form",
            "form.c",
            f"{SOURCE}/lib/common/quote.c",
        ],
        check=True,
    )
    for name in (
        HOSTILE,
        b"]]>",
        b"<b>&amp;&#64;</b>",
        b"' onload='x",
        b"<!-- --><?x?>",
        b"\xef\xbf\xbf\xef\xbf\xbe",
        bytes(range(1, 256)),
    ):
        plain, marked = (
            subprocess.run(["./form", form], input=name, stdout=subprocess.PIPE, check=True).stdout
            for form in ("0", "3")
        )
        check("markup", marked)
        text = marked.decode("utf-8")
        element = xml.etree.ElementTree.fromstring(f"<t a='{text}' b=\"{text}\">{text}</t>")
        found = [element.attrib["a"], element.attrib["b"], element.text, html.unescape(text)]
        if found != [plain.decode("utf-8")] * 4:
            failures.append(f"markup: {found!r}")


check_markup()
for failure in failures:
    print(failure)
print(calls, "calls,", len(failures), "faults")
