#!/bin/sh
# SPDX-License-Identifier: MIT
# Stands in for the command: marks each line with the name of the subcommand.
exec sed "s/^/named $1: /"
