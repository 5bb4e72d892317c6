/* SPDX-License-Identifier: MIT */
/*
 * Instead of lib/entry/unseen.c: the modules of a unit test do call another malloc, since the
 * library's is renamed. Include it in one file of a program.
 */
#ifndef TEST_UNSEEN_DOUBLE_H
#define TEST_UNSEEN_DOUBLE_H

#include "entry/unseen.h"

#include <phaselock/phaselock.h>

void pl_unseen_start(void)
{
}

size_t phaselock_unseen_modules_sized(struct phaselock_unseen *out, size_t capacity, size_t size)
{
	(void)out;
	(void)capacity;
	(void)size;
	return 0;
}

#endif
