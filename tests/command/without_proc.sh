#!/bin/sh
# SPDX-License-Identifier: MIT
# In a mount namespace of its own: executes a program that finds no /proc.
mount -t tmpfs none /proc
exec "$@"
