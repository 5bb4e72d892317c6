/* SPDX-License-Identifier: MIT */
/*
 * Uses each library of its arguments in a child of its own, and prints how that ended, a line each:
 * a status, or a signal. It runs with the guard and without; with it, the requests of the library
 * and of the function that it calls are violations, and a child in which they are not counted has
 * failed.
 *
 * program LIBRARY...   loads each while it runs; every second one is unloaded before the end
 * program uses the one that was there at the start, preloaded, and ends as a child does
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <phaselock/phaselock.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOES_NOT_WORK 10 /* without the guard either */
#define NOT_COUNTED 11
#define DIED_WHILE_LOADED 12 /* the dynamic linker itself fell over it */
#define SECONDS_MAX 2

static volatile int *is_loaded; /* shared with the child */

static void request(void)
{
	void *volatile block = malloc(32);

	free(block);
}

static void use(void *library)
{
	void *(*function)(void (*)(void));
	void *block;

	*(void **)&function = dlsym(library, "library_request");
	if (function == NULL)
		exit(DOES_NOT_WORK);
	if (phaselock_present())
		lock_allocations();
	block = function(request);
	if (phaselock_present()) {
		unlock_allocations();
		if (get_stats().locked_attempts == 0)
			exit(NOT_COUNTED);
	}
	free(block);
}

static void load(const char *path, int unload)
{
	void *library = dlopen(path, RTLD_NOW);

	if (library == NULL)
		exit(DOES_NOT_WORK);
	*is_loaded = 1;
	use(library);
	if (unload)
		dlclose(library);
	exit(0);
}

static int end_of(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	return *is_loaded ? -WTERMSIG(status) : DIED_WHILE_LOADED;
}

int main(int argc, char **argv)
{
	is_loaded = mmap(NULL, sizeof(*is_loaded), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (is_loaded == MAP_FAILED)
		return 1;
	alarm(argc < 2 ? SECONDS_MAX : 0);
	if (argc < 2)
		use(RTLD_DEFAULT);
	for (int i = 1; i < argc; i++) {
		int status;
		pid_t child;

		*is_loaded = 0;
		child = fork();
		if (child == 0) {
			alarm(SECONDS_MAX);
			load(argv[i], i % 2);
		}
		if (child < 0 || waitpid(child, &status, 0) != child)
			return 1;
		printf("%d\n", end_of(status));
		fflush(stdout);
	}
	return 0;
}
