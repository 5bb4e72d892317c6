# SPDX-License-Identifier: MIT
"""Runs the commands of the recipes in examples/ci as their hosts would, in a copy of that project.

Usage: ci_recipes.py BUILD github|gitlab|cmake|meson|bazel|kubernetes [mistake]. With `mistake` an
operation of the copy makes a heap request that it should not make. What the recipe installs is what
is built, below ./root; the command is that of BUILD, which finds its library. Prints the status of
each step, and what the job leaves behind; ./log has what the steps printed. Status: 0, or 1 if the
recipe cannot be run.
"""
from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

SOURCE = Path(__file__).resolve().parents[2]
RECIPES = SOURCE / "examples/ci"
MISTAKE = ("= median->sorted;", "= malloc(median->window * sizeof(*sorted));")
# As the hosts call it: https://docs.github.com/actions, and GitLab's runner.
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")


class Project:
    """A checkout of the project, and the environment of its commands."""

    def __init__(self, build: Path, mistake: bool, name: str = "project") -> None:
        self.folder = Path.cwd() / name
        shutil.copytree(RECIPES, self.folder)
        (self.folder / "phaselock").symlink_to(SOURCE)
        if mistake:
            source = self.folder / "median.c"
            before = source.read_text()
            assert before.count(MISTAKE[0]) == 1
            source.write_text(before.replace(*MISTAKE))
        root, libdir = Path.cwd() / "root", (build / "libdir").read_text().strip()
        self.environment = {
            **os.environ,
            "PATH": f"{build}:{os.environ['PATH']}",
            "DESTDIR": str(root),
            "MAKEFLAGS": f"-s --no-print-directory -- B={build} LIBDIR={libdir}",
            "PKG_CONFIG_PATH": f"{root}{libdir}/pkgconfig",
            "PKG_CONFIG_SYSROOT_DIR": str(root),
            "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1",
            "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
        }

    def run(self, name: str, script: str, **more: str) -> bool:
        """Runs a step, says how it ended, and keeps what it printed in ./log."""
        with open("log", "a", encoding="utf-8") as log:
            print(f"---- {name}", file=log, flush=True)
            status = subprocess.run(
                [*SHELL, script],
                cwd=self.folder,
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            ).returncode
        print(f"{name}: {status}")
        return status == 0

    def keep(self, name: str, paths: list[str]) -> None:
        there = [path for path in paths if (self.folder / path).exists()]
        print(f"{name}: {' '.join(there)}")


def recipe(name: str) -> dict:
    with open(RECIPES / name, encoding="utf-8") as file:
        return yaml.safe_load(file)


def github(build: Path, mistake: bool) -> None:
    """Steps in their order; after a failure those alone that are always run."""
    project = Project(build, mistake)
    summary = Path.cwd() / "summary"
    fails = False
    (job,) = recipe("github.yml")["jobs"].values()
    assert job["defaults"]["run"]["shell"] == "bash", "the shell that SHELL is"
    for step in job["steps"]:
        condition = step.get("if", "success()")
        assert condition in ("always()", "success()"), condition
        if fails and condition != "always()":
            print(f"{step.get('name', step.get('uses'))}: skipped")
        elif "run" in step:
            assert "${{" not in step["run"], "an expression that only the host can replace"
            whole = project.run(step["name"], step["run"], GITHUB_STEP_SUMMARY=str(summary))
            fails = fails or not whole
        elif step["uses"].startswith("actions/upload-artifact@"):
            project.keep(f"artifact {step['with']['name']}", step["with"]["path"].split())
        else:
            assert step["uses"].startswith("actions/checkout@"), step
    print(f"job: {'fails' if fails else 'holds'}")
    print(summary.read_text(encoding="utf-8"), end="")


def gitlab(build: Path, mistake: bool) -> None:
    """Each job in a checkout of its own."""
    for name, job in recipe("gitlab.yml").items():
        if name.startswith(".") or "script" not in job:
            continue
        project = Project(build, mistake, name)
        project.run(name, "\n".join(job["before_script"] + job["script"]))
        if "after_script" in job:
            project.run(f"{name}, afterwards", "\n".join(job["after_script"]))
        project.keep("artifacts", job["artifacts"]["paths"])


# The commands of docs/ci.md.
BUILDERS = {
    "cmake": (
        "cmake -B build -DCMAKE_TEST_LAUNCHER='phaselock;run;--policy=allow;--'",
        "cmake --build build",
        "ctest --test-dir build --output-on-failure",
    ),
    "meson": (
        "meson setup build",
        "meson test -C build --print-errorlogs --wrapper 'phaselock run --policy=allow --'",
    ),
    "bazel": ("bazel test --run_under='phaselock run --policy=allow --' //...",),
}


def builder(build: Path, mistake: bool, name: str) -> None:
    project = Project(build, mistake)
    project.run("install", "make -C phaselock install")
    (project.folder / "phaselock").unlink()
    document = (SOURCE / "docs/ci.md").read_text(encoding="utf-8")
    for command in BUILDERS[name]:
        assert command in document, f"docs/ci.md does not have: {command}"
        project.run(command, offline(project, command) if name == "bazel" else command)


# Debian's bazel is older than its rules for C, which it would else load from the network.
BAZEL_RULES = Path("/usr/share/bazel/rules")
NEWER = ', "use_cpp_toolchain"', "use_cpp_toolchain()"
OLDER = "", '["@bazel_tools//tools/cpp:toolchain_type"]'


def offline(project: Project, command: str) -> str:
    """The same command of bazel, with what it needs to work without network and without root."""
    rules, coverage = Path.cwd() / "rules_cc", Path.cwd() / "coverage"
    shutil.copytree(BAZEL_RULES / "cc", rules)
    for path in rules.rglob("*.bzl"):
        text = path.read_text(encoding="utf-8")
        for newer, older in zip(NEWER, OLDER):
            text = text.replace(newer, older)
        path.write_text(text, encoding="utf-8")
    coverage.mkdir()
    tool = 'filegroup(name="coverage_report_generator", visibility=["//visibility:public"])'
    (coverage / "BUILD").write_text(tool)
    for folder in (coverage, project.folder):
        (folder / "WORKSPACE").touch()
    root, library = project.environment["DESTDIR"], Path(project.environment["PKG_CONFIG_PATH"])
    overrides = {
        "rules_cc": rules,
        "rules_java": BAZEL_RULES / "java",
        "rules_proto": BAZEL_RULES / "proto",
        "remote_coverage_tools": coverage,
    }
    options = [
        *(f"--override_repository={name}={path}" for name, path in overrides.items()),
        f"--action_env=CPATH={root}/usr/local/include",
        f"--action_env=LIBRARY_PATH={library.parent}",
        f"--test_env=LD_LIBRARY_PATH={library.parent}",
        f"--test_env=PATH={project.environment['PATH']}",
    ]
    project.environment["CPATH"] = f"{root}/usr/local/include"
    start = f"bazel --batch --output_user_root={Path.cwd()}/bazel test {' '.join(options)}"
    return command.replace("bazel test", start, 1)


# What the manifest's securityContext asks for, without a cluster: the first process of its own, a
# user without rights, and nothing to write to.
CONFINED = """mount -t proc proc /proc && mount -o remount,bind,ro / && ! touch written 2>/dev/null
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all """


def kubernetes(build: Path, mistake: bool) -> None:
    """The command of the container alone, in a container that unshare(1) makes."""
    project = Project(build, mistake)
    (container,) = recipe("kubernetes.yaml")["spec"]["template"]["spec"]["containers"]
    context = container["securityContext"]
    assert context["readOnlyRootFilesystem"] and context["runAsNonRoot"], context
    assert context["capabilities"] == {"drop": ["ALL"]}, context
    project.run("build", f"gcc -g -I{SOURCE}/include -o meter meter.c median.c")
    Path.cwd().chmod(0o755)
    (project.folder / "bin").mkdir()
    for name in ("phaselock", "libphaselock-system.so.0"):
        shutil.copy(build / name, project.folder / "bin" / name)
    words = shlex.join(container["command"] + container["args"])
    project.run(
        container["name"],
        f"exec unshare --mount --pid --fork sh -ec {shlex.quote(CONFINED + words)}",
        PATH=f"{project.folder}/bin:{os.environ['PATH']}",
    )
    print(
        "".join(line for line in open("log", encoding="utf-8") if "phaselock run:" in line), end=""
    )


def main() -> int:
    build, name, mistake = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3:] == ["mistake"]
    if name in BUILDERS:
        builder(build, mistake, name)
    else:
        {"github": github, "gitlab": gitlab, "kubernetes": kubernetes}[name](build, mistake)
    return 0


if __name__ == "__main__":
    sys.exit(main())
