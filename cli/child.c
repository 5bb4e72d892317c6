/* SPDX-License-Identifier: MIT */
/*
 * fork, exec, wait. It must not know what the program is watched for.
 */
#define _GNU_SOURCE
#include "child.h"

#include "common/channel.h"
#include "process.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The program while it runs, and until it is reaped; else 0. */
static pid_t running;

/*
 * Lets the program end with its command. If that is killed, the program would run on, and nobody
 * would hear what it does. The signal is the one that nothing can ignore, as whoever sent it meant
 * to end both. The kernel forgets this when the program changes its user.
 */
static void end_with(pid_t command)
{
	pid_t parent;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	parent = getppid(); /* 0: this is the first process of a namespace, made by unshare(1) */
	if (parent != command && parent != 0) /* the command was killed before that */
		_exit(128 + SIGKILL);
}

/* Runs in the child, between fork and exec: it may call only what a signal handler may. */
static _Noreturn void become(const struct program *program, char *const *environment,
			     const int *files, size_t file_count, int failure, pid_t command)
{
	int error;

	end_with(command);
	for (size_t i = 0; i < file_count; i++)
		fcntl(files[i], F_SETFD, 0);
	signals_give_back();
	execve(program->path, program->words, environment);
	error = errno;
	if (write(failure, &error, sizeof(error)) != (ssize_t)sizeof(error))
		error = 0; /* the parent then takes the status below for the program's own */
	_exit(error != 0 ? 0 : 127);
}

/* Returns 0 when exec() has closed the pipe, or the error that came through it. */
static int wait_for_exec(int failure)
{
	ssize_t size;
	int error;

	do
		size = read(failure, &error, sizeof(error));
	while (size < 0 && errno == EINTR);
	return size == (ssize_t)sizeof(error) ? error : 0;
}

pid_t child_start(const struct program *program, char *const *environment, const int *files,
		  size_t file_count)
{
	const pid_t command = getpid();
	int failure[2], error;
	pid_t child;

	if (pipe2(failure, O_CLOEXEC) != 0)
		return 0;
	child = fork();
	if (child < 0)
		return 0;
	if (child == 0)
		become(program, environment, files, file_count, failure[1], command);
	close(failure[1]);
	error = wait_for_exec(failure[0]);
	close(failure[0]);
	if (error == 0) {
		running = child;
		return child;
	}
	waitpid(child, NULL, 0);
	errno = error;
	return 0;
}

/* ---- orphans --------------------------------------------------------------------------------- */

static struct child_ends ends;
static bool adopts;

void child_watch_ends(const struct child_ends *reaction)
{
	ends = *reaction;
}

void child_adopt(void)
{
	adopts = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

/* Notes the end of a process that is not reaped yet, be it the program or another one. */
static void note_end(pid_t process)
{
	const struct process found = process_look_at(process);

	if (process_handles(&found, PL_CHANNEL_MARK_SIGNAL))
		ends.ended(ends.context, &found);
}

/* Reaps processes that have ended, until it comes to the program. Returns whether it has. */
static bool reap(pid_t program, siginfo_t *end)
{
	for (;;) {
		memset(end, 0, sizeof(*end));
		if (waitid(P_ALL, 0, end, WEXITED | WNOHANG | WNOWAIT) != 0 || end->si_pid == 0)
			return false;
		note_end(end->si_pid);
		if (end->si_pid == program)
			return true;
		waitpid(end->si_pid, NULL, 0);
	}
}

bool child_orphans_run(void)
{
	siginfo_t end;

	if (!adopts)
		return false;
	reap(0, &end);
	return waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void child_tell_orphans(void)
{
	char *word = NULL;
	size_t size = 0;
	FILE *children;
	long orphan;

	if (signals_end_asked() == 0)
		return;
	children = fopen("/proc/thread-self/children", "re");
	if (children == NULL)
		return;
	while (getdelim(&word, &size, ' ', children) > 0) {
		orphan = strtol(word, NULL, 10);
		if (orphan > 0)
			kill((pid_t)orphan, signals_end_asked());
	}
	free(word);
	fclose(children);
}

/* ---- the program ----------------------------------------------------------------------------- */

static struct child_end end_of(const siginfo_t *end)
{
	if (end->si_code == CLD_EXITED)
		return (struct child_end){.status = end->si_status};
	return (struct child_end){.status = 128 + end->si_status, .signal = end->si_status};
}

int child_signals(void)
{
	return running != 0 ? signals_fd() : -1;
}

void child_pass_signals_on(void)
{
	if (running != 0)
		signals_pass_on(running);
}

#define SOURCES_MAX 4

/* Reads what there is; woken: -1, or another descriptor that ends the wait. */
static void serve(struct child_source *sources, size_t count, int woken, int timeout_ms)
{
	struct pollfd awaited[SOURCES_MAX + 1];

	awaited[0] = (struct pollfd){woken, POLLIN, 0};
	for (size_t i = 0; i < count; i++)
		awaited[i + 1] = (struct pollfd){sources[i].fd, POLLIN, 0};
	if (poll(awaited, (nfds_t)count + 1, timeout_ms) <= 0)
		return;
	for (size_t i = 0; i < count; i++)
		if ((awaited[i + 1].revents & POLLNVAL) != 0)
			sources[i].fd = -1; /* closed by its owner */
		else if (awaited[i + 1].revents != 0)
			sources[i].readable(sources[i].context);
}

void child_serve(struct child_source *sources, size_t count, int timeout_ms)
{
	serve(sources, count, -1, timeout_ms);
}

struct child_end child_wait(pid_t child, struct child_source *sources, size_t count)
{
	struct child_end result;
	struct process found;
	siginfo_t end;

	/* SIGCHLD also comes when the program is stopped: it has not ended then, so wait on. */
	while (!reap(child, &end)) {
		serve(sources, count, signals_fd(), -1);
		signals_pass_on(child);
	}
	result = end_of(&end);
	found = process_look_at(child);
	result.has_mark = process_handles(&found, PL_CHANNEL_MARK_SIGNAL);
	result.had_children = found.had_children;
	waitpid(child, NULL, 0);
	running = 0;
	return result;
}
