/* SPDX-License-Identifier: MIT */
/* What is asked for at the start of a process, asking for memory: its environment, its signals. */
#define _GNU_SOURCE
#include "hook.h"

#include <signal.h>
#include <unistd.h>

static char *find(const char *name)
{
	size_t length = strlen(name);

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
		if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
			return *entry + length + 1;
	return NULL;
}

char *getenv(const char *name)
{
	ask_for_memory();
	return find(name);
}

char *secure_getenv(const char *name)
{
	ask_for_memory();
	return find(name);
}

int sigaction(int number, const struct sigaction *restrict new, struct sigaction *restrict old)
{
	FIND_NEXT(sigaction);

	ask_for_memory();
	return next(number, new, old);
}

int pthread_sigmask(int how, const sigset_t *restrict new, sigset_t *restrict old)
{
	FIND_NEXT(pthread_sigmask);

	ask_for_memory();
	return next(how, new, old);
}
