/* SPDX-License-Identifier: MIT */
/*
 * Pipes a text through `phaselock symbolize`. It must not know what the text says.
 */
#define _GNU_SOURCE
#include "names.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* The variables by which a test may be guarded must not guard the command too. */
static char **environment_without_guard(void)
{
	size_t count = 0, kept = 0;
	char **copy;

	while (environ[count] != NULL)
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < count; i++)
		if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0 &&
		    strncmp(environ[i], "PHASELOCK_", 10) != 0)
			copy[kept++] = environ[i];
	return copy;
}

/* The command that the environment names, or that of PATH, or the one installed with us. */
static pid_t spawn(const posix_spawn_file_actions_t *actions, char **environment)
{
	const char *named = getenv("PHASELOCK_COMMAND");
	const char *const commands[] = {named != NULL ? named : "phaselock",
					named != NULL ? NULL : PHASELOCK_BINDIR "/phaselock"};
	char *words[] = {"phaselock", "symbolize", NULL};
	pid_t process = 0;

	for (size_t i = 0; i < 2 && commands[i] != NULL; i++)
		if (posix_spawnp(&process, commands[i], actions, NULL, words, environment) == 0)
			return process;
	return 0;
}

static pid_t start(int input, int output)
{
	char **environment = environment_without_guard();
	posix_spawn_file_actions_t actions;
	pid_t process = 0;

	if (environment == NULL || posix_spawn_file_actions_init(&actions) != 0) {
		free(environment);
		return 0;
	}
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	process = spawn(&actions, environment);
	posix_spawn_file_actions_destroy(&actions);
	free(environment);
	return process;
}

static bool run(int input, int output)
{
	pid_t process = start(input, output);
	int status = -1;

	while (process != 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
		continue;
	return process != 0 && status == 0;
}

void names_add(char *text, size_t size)
{
	size_t length = strlen(text);
	int input = memfd_create("phaselock-input", MFD_CLOEXEC);
	int output = memfd_create("phaselock-output", MFD_CLOEXEC);
	ssize_t answered;

	if (input >= 0 && output >= 0 && pwrite(input, text, length, 0) == (ssize_t)length &&
	    run(input, output)) {
		answered = pread(output, text, size - 1, 0);
		if (answered > 0)
			text_end_whole(text, (size_t)answered);
	}
	if (input >= 0)
		close(input);
	if (output >= 0)
		close(output);
}
