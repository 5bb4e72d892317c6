/* SPDX-License-Identifier: MIT */
/*
 * Names of threads. The kernel tells a thread its name by prctl(2), which a filter of system calls
 * may answer by killing the process, and a thread cannot know whether it is under one (decision
 * 0020). It must not know what names are for, nor what a filter is.
 */
#include "names.h"

#include "os.h"

#include <string.h>

/* Written by pl_names_start(). Before that there was nobody to install a filter. */
static bool is_kept;
static char of_process[PL_NAME_SIZE];

void pl_names_start(bool may_ask)
{
	pl_os_thread_name(of_process);
	is_kept = !may_ask;
}

void pl_names_get(char name[PL_NAME_SIZE])
{
	if (is_kept)
		memcpy(name, of_process, PL_NAME_SIZE);
	else
		pl_os_thread_name(name);
}
