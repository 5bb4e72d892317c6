/* SPDX-License-Identifier: MIT */
/* Tells which of the two libraries a program has. _GNU_SOURCE must be defined before. */
#ifndef OVER_SYSTEM_H
#define OVER_SYSTEM_H

#include "behaviour.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>

/* Returns whether it is the library over the process's own allocator. */
static inline bool is_over_system(void)
{
	char path[PATH_MAX];
	Dl_info info;

	CHECK(dladdr((void *)(uintptr_t)phaselock_version, &info) != 0);
	return strstr(realpath(info.dli_fname, path), "libphaselock-system") != NULL;
}

#endif
