/* SPDX-License-Identifier: MIT */
/*
 * The places where the library may be. It must not know what it is loaded into.
 */
#define _GNU_SOURCE
#include "library.h"

#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JEMALLOC_NAME "libphaselock.so.0"
#define SYSTEM_NAME "libphaselock-system.so.0"

/* In the folder of this executable: a build folder, which has no other place for it. */
static bool beside_command(const char *name, char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - strlen(name) - 2);
	char *slash;

	if (length <= 0)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	slash = slash != NULL ? slash + 1 : path;
	memcpy(slash, name, strlen(name) + 1);
	return true;
}

/*
 * The dynamic linker takes spaces and colons in LD_PRELOAD for ends of names, and knows no way to
 * quote them.
 */
static bool can_be_preloaded(const char *path)
{
	if (strpbrk(path, " :") == NULL)
		return true;
	say("%s: the dynamic linker cannot preload a library with a space or a colon in its path; "
	    "copy it elsewhere and name it by --library",
	    path);
	return false;
}

bool library_find(const char *given, const char *allocator, char path[PATH_MAX])
{
	bool jemalloc = allocator != NULL && strcmp(allocator, "jemalloc") == 0;
	const char *name = jemalloc ? JEMALLOC_NAME : SYSTEM_NAME;
	char beside[PATH_MAX] = "";

	if (given != NULL) {
		/* The program may run in another folder than this command. */
		if (realpath(given, path) != NULL && access(path, R_OK) == 0)
			return can_be_preloaded(path);
		say("--library=%s: %s", given, strerror(errno));
		return false;
	}
	if (beside_command(name, beside) && access(beside, R_OK) == 0) {
		memcpy(path, beside, sizeof(beside));
		return can_be_preloaded(path);
	}
	snprintf(path, PATH_MAX, "%s/%s", PHASELOCK_LIBDIR, name);
	if (access(path, R_OK) == 0)
		return can_be_preloaded(path);
	say("the library is neither %s nor %s; name it by --library", beside, path);
	return false;
}
