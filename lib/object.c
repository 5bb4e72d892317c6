/* SPDX-License-Identifier: MIT */
/*
 * Objects by glibc's _dl_find_object(), which is safe in signal handlers and takes no lock, unlike
 * dladdr(), which waits for whoever runs a constructor in dlopen().
 */
#define _GNU_SOURCE
#include "object.h"

#include <dlfcn.h>

#pragma weak _dl_find_object /* an older libc does not have it */

bool pl_object_find(const void *address, struct link_map *map)
{
	struct dl_find_object found;

	if (_dl_find_object == NULL || _dl_find_object((void *)(uintptr_t)address, &found) != 0)
		return false;
	*map = *found.dlfo_link_map;
	return true;
}
