/* SPDX-License-Identifier: MIT */
/*
 * calls WORD...: locks its heap and calls evil() of each library that is named, which allocates;
 * says what is to be said, awaits SIGTERM, or ends.
 */
#define _GNU_SOURCE
#define PHASELOCK_OPTIONAL
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <phaselock/phaselock.h>

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0 || write(STDOUT_FILENO, "\n", 1) < 0)
		_exit(120);
}

static void call(const char *library)
{
	void *module = dlopen(library, RTLD_NOW);
	void (*evil)(void);

	*(void **)&evil = module != NULL ? dlsym(module, "evil") : NULL;
	if (evil == NULL)
		_exit(121);
	lock_allocations();
	evil();
	unlock_allocations();
}

int main(int argc, char **argv)
{
	sigset_t end;
	int number;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "say=", 4) == 0)
			say(argv[i] + 4);
		else if (strcmp(argv[i], "await-end") == 0)
			sigwait(&end, &number);
		else if (strncmp(argv[i], "exit=", 5) == 0)
			return atoi(argv[i] + 5);
		else
			call(argv[i]);
	}
	return 0;
}
