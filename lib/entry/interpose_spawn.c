/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn() and posix_spawnp(): `phaselock run` is told of the child, which has no part in the
 * handlers of fork(), and which may execute a program that is not guarded. It must not know what
 * the command makes of it. Not in libphaselock.a: a static program has no next function to look
 * for.
 */
#define _GNU_SOURCE
#include "common/channel.h"

#include <dlfcn.h>
#include <spawn.h>
#include <stdatomic.h>

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
			   const posix_spawnattr_t *, char *const[], char *const[]);

/* Stored by whichever threads come first, all with the same values; relaxed. */
static spawn_function *_Atomic next_spawn, *_Atomic next_spawnp;

static spawn_function *look_up(spawn_function *_Atomic *next, const char *name)
{
	spawn_function *found = atomic_load_explicit(next, memory_order_relaxed);

	if (found != NULL)
		return found;
	found = __extension__(spawn_function *) dlsym(RTLD_NEXT, name);
	atomic_store_explicit(next, found, memory_order_relaxed);
	return found;
}

/*
 * Early: a later dlsym() would wait for a thread that loads a library, whose constructor may in
 * turn wait for the thread that spawns.
 */
__attribute__((constructor)) static void start(void)
{
	look_up(&next_spawn, "posix_spawn");
	look_up(&next_spawnp, "posix_spawnp");
}

static int spawn(spawn_function *next, pid_t *child, const char *file,
		 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
		 char *const words[], char *const environment[])
{
	pid_t made = 0;
	int error = next(&made, file, actions, attributes, words, environment);

	if (error != 0)
		return error;
	pl_channel_await((uint32_t)made);
	if (child != NULL)
		*child = made;
	return 0;
}

PL_EXPORT int posix_spawn(pid_t *restrict child, const char *restrict path,
			  const posix_spawn_file_actions_t *actions,
			  const posix_spawnattr_t *restrict attributes, char *const words[restrict],
			  char *const environment[restrict])
{
	return spawn(look_up(&next_spawn, "posix_spawn"), child, path, actions, attributes, words,
		     environment);
}

PL_EXPORT int posix_spawnp(pid_t *restrict child, const char *restrict file,
			   const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *restrict attributes,
			   char *const words[restrict], char *const environment[restrict])
{
	return spawn(look_up(&next_spawnp, "posix_spawnp"), child, file, actions, attributes, words,
		     environment);
}
