/* SPDX-License-Identifier: MIT */
/*
 * Tells run-time libraries by the beginnings of their file names. It must not know where a name is
 * from.
 */
#include "common/runtime.h"

#include "common/format.h"

#include <string.h>

static bool begins_as_one(const char *file_name, const char *const *beginnings)
{
	const char *name = file_name != NULL ? pl_base_name(file_name) : "";

	for (; *beginnings != NULL; beginnings++)
		if (strncmp(name, *beginnings, strlen(*beginnings)) == 0)
			return true;
	return false;
}

bool pl_runtime_is_library(const char *file_name)
{
	static const char *const beginnings[] = {"libc.so", "libc-",	  "ld-linux",  "ld-musl",
						 "libm.so", "libpthread", "libstdc++", "libgcc_s",
						 "libc++",  NULL};

	return begins_as_one(file_name, beginnings);
}

bool pl_runtime_is_sanitizer(const char *file_name)
{
	static const char *const beginnings[] = {"libasan", "libtsan", "liblsan", "libclang_rt.",
						 NULL};

	return begins_as_one(file_name, beginnings);
}
