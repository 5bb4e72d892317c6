/* SPDX-License-Identifier: MIT */
/*
 * Asks the dynamic linker, which alone knows all its rules. It must not know what the libraries are
 * wanted for.
 */
#define _GNU_SOURCE
#include "needed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 2000
#define LIST_SIZE ((size_t)64 * 1024)
#define ONLY_LIST "LD_TRACE_LOADED_OBJECTS=1"

/* This process's environment, with the word that makes the dynamic linker list and end. */
static char **environment_to_list(void)
{
	static char only_list[] = ONLY_LIST;
	size_t count = 0;
	char **all;

	while (environ[count] != NULL)
		count++;
	all = calloc(count + 2, sizeof(*all));
	if (all == NULL)
		return NULL;
	memcpy(all, environ, count * sizeof(*all));
	all[count] = only_list;
	return all;
}

/* Returns the process that writes the list, or 0. */
static pid_t start(const char *program, int to)
{
	char *words[] = {(char *)(uintptr_t)program, NULL};
	char **environment = environment_to_list();
	posix_spawn_file_actions_t files;
	pid_t child = 0;

	if (environment == NULL || posix_spawn_file_actions_init(&files) != 0) {
		free(environment);
		return 0;
	}
	if (posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&files, to, STDOUT_FILENO) != 0 ||
	    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0) !=
		    0 ||
	    posix_spawn(&child, program, &files, NULL, words, environment) != 0)
		child = 0;
	posix_spawn_file_actions_destroy(&files);
	free(environment);
	return child;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what there is until the end, or until the time is over. */
static void read_list(int from, char list[LIST_SIZE])
{
	int64_t until = now_ms() + WAIT_MS;
	size_t length = 0;

	while (length < LIST_SIZE - 1) {
		struct pollfd waiting = {from, POLLIN, 0};
		int64_t left = until - now_ms();
		ssize_t got;

		if (left <= 0 || poll(&waiting, 1, (int)left) <= 0)
			break;
		got = read(from, list + length, LIST_SIZE - 1 - length);
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	list[length] = '\0';
}

/* A line is `NAME => PATH (ADDRESS)`, or `PATH (ADDRESS)`. */
static void take_line(char *line, void (*take)(const char *path, void *argument), void *argument)
{
	char *arrow = strstr(line, " => "), *address;
	char *path = arrow != NULL ? arrow + 4 : line + strspn(line, " \t");

	address = strrchr(path, '(');
	if (address == NULL || address <= path + 1)
		return;
	address[-1] = '\0';
	if (strchr(path, '/') != NULL) /* or it is the kernel's module, or not found */
		take(path, argument);
}

void needed_each(const char *program, void (*take)(const char *path, void *argument),
		 void *argument)
{
	static char list[LIST_SIZE];
	char *rest = list, *line;
	pid_t child;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	child = start(program, ends[1]);
	close(ends[1]);
	if (child > 0) {
		read_list(ends[0], list);
		kill(child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	while (child > 0 && (line = strsep(&rest, "\n")) != NULL)
		take_line(line, take, argument);
}
