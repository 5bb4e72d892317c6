#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Parses the files for Envoy and Istio, neither of which is to be had, and starts the plugin in V8
with the configuration that each would give it: wasm_manifests.py SOURCE BUILD.
"""
import json
import pathlib
import subprocess
import sys

import yaml

FOLDER = pathlib.Path(sys.argv[1]) / "examples/header_filter/wasm"
MODULE = pathlib.Path(sys.argv[2]) / "examples/header_filter/wasm/header_filter.wasm"


def accepts(configuration: str) -> str:
    """Returns the first line of a host with this configuration that is not the plugin's."""
    with subprocess.Popen(
        ["node", FOLDER / "host.mjs", MODULE, configuration],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        try:
            return next(
                (line.split()[0] for line in host.stdout if not line.startswith("vm1 info")),
                "nothing",
            )
        finally:
            host.terminate()


def main() -> None:
    envoy = yaml.safe_load((FOLDER / "envoy.yaml").read_text())["static_resources"]
    manager = envoy["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    plugin = manager["http_filters"][0]["typed_config"]["config"]
    configuration = json.loads(plugin["configuration"]["value"])
    clusters = {cluster["name"] for cluster in envoy["clusters"]}
    wanted = {
        configuration["http_cluster"],
        configuration["grpc_cluster"],
        manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]["cluster"],
    }
    print(
        "envoy.yaml: the plugin is",
        accepts(plugin["configuration"]["value"]),
        "and clusters are missing:",
        sorted(wanted - clusters),
    )

    istio = yaml.safe_load((FOLDER / "istio.yaml").read_text())
    print(
        f"istio.yaml: {istio['kind']}, the plugin is",
        accepts(json.dumps(istio["spec"]["pluginConfig"])),
    )
    print("with a key that it does not know it is", accepts('{"colour": "red"}'))


if __name__ == "__main__":
    main()
