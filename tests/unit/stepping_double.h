/* SPDX-License-Identifier: MIT */
/*
 * What a test that is stepped through the library's locks needs in the place of lib/common/os*.c.
 * Include it in one file of a program.
 */
#ifndef TEST_STEPPING_DOUBLE_H
#define TEST_STEPPING_DOUBLE_H

#include "common/os.h"

/* Steps are signals, so the real ones would end the process. */
void pl_os_block_signals(struct pl_os_signals *before)
{
	before->mask = 0;
}

void pl_os_restore_signals(const struct pl_os_signals *before)
{
	(void)before;
}

/* The real one asks by a set of signals, which must all be blocked then. */
bool pl_os_is_readable(const void *address)
{
	return address != NULL;
}

#endif
