/* SPDX-License-Identifier: MIT */
/*
 * fork, exec, wait. It must not know what the program is watched for.
 *
 * Signals are blocked in this process and read one by one from a descriptor, so no handler can meet
 * a child that is not there yet or not there any more. SIGINT and SIGQUIT stay blocked: the
 * terminal sends them to the program too, and whether that ends by them is the program's to decide.
 * So do SIGPIPE and SIGXFSZ: that nobody reads this process's stderr, or that the file behind it
 * has reached its limit, is no reason to leave the program alone. A signal that locks or unlocks
 * the program is passed on like SIGTERM: who sends it to the command means the program.
 */
#define _GNU_SOURCE
#include "child.h"

#include "common/channel.h"
#include "copy.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the program is to find as this process found it. */
static struct inherited {
	sigset_t mask;
	struct sigaction
		of_child; /* SIGCHLD: ignored, it would make the kernel forget how a child ended */
} inherited;

/* Where the signals come that are obeyed. Written once by child_take_signals(). */
static int signals = -1;

/* Of those, the one that tells of a copy's end. Written once by child_take_signals(). */
static int copy_signal;

/* The program while it runs, and until it is reaped; else 0. */
static pid_t running;

bool child_take_signals(int lock_signal, int unlock_signal)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t taken;

	copy_signal = copy_choose_signal(lock_signal, unlock_signal);
	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGHUP);
	sigaddset(&taken, SIGCHLD);
	sigaddset(&taken, copy_signal);
	if (lock_signal != 0)
		sigaddset(&taken, lock_signal);
	if (unlock_signal != 0)
		sigaddset(&taken, unlock_signal);
	signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return false;
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGQUIT);
	sigaddset(&taken, SIGPIPE);
	sigaddset(&taken, SIGXFSZ);
	sigprocmask(SIG_BLOCK, &taken, &inherited.mask);
	sigaction(SIGCHLD, &plain, &inherited.of_child);
	return true;
}

/* In the child, between fork and exec: only what a signal handler may call. */
static _Noreturn void become(const struct program *program, char *const *environment,
			     const int *files, size_t file_count, int failure)
{
	int error;

	for (size_t i = 0; i < file_count; i++)
		fcntl(files[i], F_SETFD, 0);
	sigaction(SIGCHLD, &inherited.of_child, NULL);
	sigprocmask(SIG_SETMASK, &inherited.mask, NULL);
	execve(program->path, program->words, environment);
	error = errno;
	if (write(failure, &error, sizeof(error)) != (ssize_t)sizeof(error))
		error = 0; /* then the parent takes the status below for the program's own */
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
	int failure[2], error;
	pid_t child;

	if (pipe2(failure, O_CLOEXEC) != 0)
		return 0;
	child = fork();
	if (child < 0)
		return 0;
	if (child == 0)
		become(program, environment, files, file_count, failure[1]);
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

static bool handles(const struct process *process, int signal)
{
	return (process->handled >> (signal - 1) & 1) != 0;
}

/* ---- orphans --------------------------------------------------------------------------------- */

static struct child_orphans orphans; /* ended is NULL: there are none */

void child_adopt(const struct child_orphans *reaction)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
		orphans = *reaction;
}

/* Notes the end of a process, the program's or another's, that has not been reaped yet. */
static void note_end(pid_t process)
{
	const struct process found = process_look_at(process);

	if (orphans.ended != NULL && handles(&found, PL_CHANNEL_MARK_SIGNAL))
		orphans.ended(orphans.context, found.id);
}

/* Reaps those that have ended, until it comes to the program. Returns whether it has. */
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

	if (orphans.ended == NULL)
		return false;
	reap(0, &end);
	return waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* ---- the program ----------------------------------------------------------------------------- */

static struct child_end end_of(const siginfo_t *end)
{
	if (end->si_code == CLD_EXITED)
		return (struct child_end){.status = end->si_status};
	return (struct child_end){.status = 128 + end->si_status, .signal = end->si_status};
}

/*
 * A signal that locks would end the program before the library in it handles it. It does that when
 * it starts, and is waited for no longer than a second: who took the handler away means it so.
 */
static void await_handler(pid_t child, int signal)
{
	enum { STEPS = 1000, STEP_NS = 1000000 };
	struct timespec step = {0, STEP_NS};

	for (int i = 0; i < STEPS; i++) {
		const struct process found = process_look_at(child);

		if (handles(&found, signal))
			return;
		nanosleep(&step, NULL);
	}
}

static void pass_signals_on(pid_t child)
{
	struct signalfd_siginfo signal;

	while (read(signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
		int number = (int)signal.ssi_signo;

		if (number == copy_signal)
			copy_reap();
		if (number == SIGCHLD || number == copy_signal)
			continue;
		if (number != SIGTERM && number != SIGHUP)
			await_handler(child, number);
		kill(child, number);
	}
}

int child_signals(void)
{
	return running != 0 ? signals : -1;
}

void child_pass_signals_on(void)
{
	if (running != 0)
		pass_signals_on(running);
}

#define SOURCES_MAX 4

/* Takes what there is to be read; woken: -1, or what ends the wait besides. */
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
			sources[i].fd = -1; /* closed by whom it belongs to */
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

	/*
	 * SIGCHLD also comes when the program is stopped: then it has not ended, and the wait goes
	 * on.
	 */
	while (!reap(child, &end)) {
		serve(sources, count, signals, -1);
		pass_signals_on(child);
	}
	result = end_of(&end);
	found = process_look_at(child);
	result.has_mark = handles(&found, PL_CHANNEL_MARK_SIGNAL);
	result.had_children = found.had_children;
	waitpid(child, NULL, 0);
	running = 0;
	return result;
}
