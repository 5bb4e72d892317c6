/* SPDX-License-Identifier: MIT */
/*
 * Names of threads. A thread learns its own by prctl(2). A filter of system calls may answer that
 * by killing the process, and a thread cannot know whether it is under a filter (decision 0020). It
 * must not know what names are for, nor what a filter is.
 */
#include "report/names.h"

#include "common/os.h"
#include "common/settings.h"

#include <string.h>

_Static_assert(sizeof(pl_settings.process_name) == PL_NAME_SIZE, "the name of a thread");

/* The calling thread's, by pl_names_recall(). */
static _Thread_local struct {
	uint64_t thread_id; /* a child of a fork() has another; 0: none */
	char name[PL_NAME_SIZE];
} last;

/* It is safe to ask here: the program had no chance yet to install a filter. */
void pl_names_start(bool may_ask)
{
	pl_os_thread_name(pl_settings.process_name);
	pl_settings.thread_names_are_kept = !may_ask;
}

void pl_names_get(char name[PL_NAME_SIZE])
{
	if (pl_settings.thread_names_are_kept)
		memcpy(name, pl_settings.process_name, PL_NAME_SIZE);
	else
		pl_os_thread_name(name);
	last.thread_id = 0;
}

void pl_names_recall(uint64_t thread_id, char name[PL_NAME_SIZE])
{
	if (last.thread_id == thread_id) {
		memcpy(name, last.name, PL_NAME_SIZE);
		return;
	}
	pl_names_get(name);
	memcpy(last.name, name, PL_NAME_SIZE);
	last.thread_id = thread_id;
}
