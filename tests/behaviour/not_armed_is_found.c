/* SPDX-License-Identifier: MIT */
/*
 * A program that asks before it relies on the library finds out that another allocator stands in
 * front: the very check with which each of these tests begins.
 *
 * shows: PL-062
 * run: {self}
 * exit: 0
 * run: sh -c 'LD_PRELOAD=libjemalloc.so.2 exec {self}'
 * backend: jemalloc system
 * exit: 70
 * stderr:
 * | the library is not armed
 */
#include "behaviour.h"

#include <stdlib.h>

int main(void)
{
	require_armed();
	return 0;
}
