#!/bin/sh
# SPDX-License-Identifier: MIT
# forged.sh SOURCE COMMAND...: makes a program whose path, file and function pretend to be lines of
# reports, and runs it by the command.
source=$1
shift
folder=$(printf 'a\nphaselock run: PASS\n\033[2J\\b\351')
file=$(printf 'forged\n.c')
name=$(printf 'ask\nphaselock run: PASS')
mkdir "$folder" || exit 1
cat >"$file" <<'END'
#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>
#include <stdlib.h>

void ask(void);
__attribute__((noinline)) void ask(void)
{
	void *volatile block = malloc(100);

	free(block);
}

int main(void)
{
	if (phaselock_present())
		lock_allocations();
	ask();
	__asm__ volatile("");
	return 0;
}
END
gcc -O1 -g -fno-builtin -I"$source/include" -c -o act.o "$file" &&
	objcopy --redefine-sym "ask=$name" act.o &&
	gcc -rdynamic -o "$folder/act" act.o &&
	exec "$@" "$folder/act"
