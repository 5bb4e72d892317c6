/* SPDX-License-Identifier: MIT */
/*
 * A program that asks before it relies on the library finds out that another allocator stands in
 * front, fully or partly, by the same check with which each of these tests begins. A program that
 * does not ask gets a message.
 *
 * shows: PL-062 PL-140
 * libc: glibc musl
 * run: {self}
 * exit: 0
 * run: sh -c 'LD_PRELOAD=libjemalloc.so.2 exec {self}'
 * backend: jemalloc system
 * exit: 70
 * stderr:
 * | phaselock: not armed: malloc, {any} go to another allocator
 * | the library is not armed
 * run: sh -c 'gcc -shared -fPIC -fno-builtin {source}/tests/command/own_malloc.c -o own.so &&
 *     LD_PRELOAD=./own.so exec {self}'
 * needs: gcc
 * exit: 70
 * stderr:
 * | phaselock: not armed: malloc, free, cfree, free_sized, free_aligned_sized go to another allocator
 * | the library is not armed
 */
#include "behaviour.h"

#include <stdlib.h>

int main(void)
{
	require_armed();
	return 0;
}
