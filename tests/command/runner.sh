#!/bin/sh
# SPDX-License-Identifier: MIT
# runner.sh KIND: writes a file of cases for tests/run.py: some that fail, or with something wrong
# in it.
case $1 in
planted)
	cat <<-'END'
		shows: PL-730
		script: echo {word}; exit 3
		each: word a b
		exit: 0
		stdout:
		| {word}

		run: echo {text}
		each: text same other
		exit: 0
		stdout:
		| same

		run: sleep 30
		environment: A=1
		timeout: 0.2
		exit: 0
	END
	;;
nothing) printf 'run: true\nexit: 0\n' ;;
twice) printf 'shows: PL-730\nrun: true\nexit: 0\nexit: 1\n' ;;
field) printf 'shows: PL-730\nrun: true\nExit: 0\n' ;;
esac
