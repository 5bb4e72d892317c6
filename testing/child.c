/* SPDX-License-Identifier: MIT */
/*
 * Makes a child, keeps it from running beyond its piece of the test, and waits for it. It must not
 * know what the piece does, nor how it should end.
 *
 * A note in shared memory says how the child ended. An exit status cannot: the piece may use any.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "child.h"

#include "pool.h"

#include <phaselock/watch.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATUS 93 /* of a child whose note says how it ended */

struct child_note {
	_Alignas(64) pid_t process; /* the child's id; a process that it forks has another */
	enum child_end end;
	int number;
};

static struct child_note *own_note; /* in a child: its note */

bool child_runs(void)
{
	return own_note != NULL;
}

bool child_is_self(void)
{
	return own_note != NULL && own_note->process == getpid();
}

static _Noreturn void end(enum child_end how, int number)
{
	if (child_is_self()) {
		own_note->number = number;
		own_note->end = how;
	}
	_exit(STATUS);
}

_Noreturn void child_finish(int number)
{
	end(CHILD_FINISHED, number);
}

void child_left(void)
{
	if (own_note != NULL)
		end(CHILD_LEFT, 0);
}

/* Runs before the handlers of the test program, and before stdio writes inherited buffers. */
static void on_exit_of_child(int status, void *unused)
{
	(void)unused;
	if (child_is_self())
		end(CHILD_EXITED, status);
}

/* ---- making it ------------------------------------------------------------------------------- */

/*
 * __libc_single_threaded stays false after the other threads have ended. Then the number of links
 * of the folder tells: one for each thread, and two more.
 */
static bool is_one_thread(void)
{
	struct stat tasks;

	return __libc_single_threaded ||
	       (stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 3);
}

/*
 * Flushes what the parent has buffered, or the child would write it too. With several threads only
 * stdout and stderr: another thread may hold a stream's lock for as long as it waits for input.
 */
static void flush(void)
{
	FILE *const streams[] = {stdout, stderr};

	if (is_one_thread()) {
		fflush(NULL);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		if (ftrylockfile(streams[i]) != 0)
			continue;
		fflush(streams[i]);
		funlockfile(streams[i]);
	}
}

/* Uses numbers above the standard streams, which a test program may have closed. */
static bool make_pipe(int ends[2])
{
	int made[2];

	if (pipe2(made, O_CLOEXEC) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, 10);
		close(made[i]);
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return ends[0] >= 0 && ends[1] >= 0;
}

/* A crash must end the child, so handlers of a test framework must not catch it. */
static void reset_signals(void)
{
	static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP};
	struct rlimit no_core = {0, 0};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		signal(fatal[i], SIG_DFL);
		sigaddset(&set, fatal[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	setrlimit(RLIMIT_CORE, &no_core);
}

static void become_child(const struct child *child)
{
	own_note = child->note;
	own_note->process = getpid();
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* or a hanging child outlives a killed test */
	dup2(child->pipe[1], STDOUT_FILENO);
	dup2(child->pipe[1], STDERR_FILENO);
	close(child->pipe[0]);
	close(child->pipe[1]);
	reset_signals();
	if (phaselock_detach_child != NULL)
		phaselock_detach_child();
	pool_after_fork();
	if (on_exit(on_exit_of_child, NULL) != 0)
		_exit(STATUS);
}

static bool start(struct child *child)
{
	child->note =
		mmap(NULL, child->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (child->note == MAP_FAILED || !make_pipe(child->pipe)) {
		child->number = errno;
		return false;
	}
	child->shared = child->note + 1;
	flush();
	child->process = fork();
	if (child->process < 0)
		child->number = errno;
	if (child->process == 0)
		become_child(child);
	return child->process == 0;
}

bool child_start(struct child *child, size_t shared_size)
{
	bool is_child;

	*child = (struct child){.end = CHILD_NOT_MADE,
				.process = -1,
				.pipe = {-1, -1},
				.size = sizeof(struct child_note) + shared_size};
	phaselock_permit_begin();
	is_child = start(child);
	phaselock_permit_end();
	return is_child;
}

/* ---- waiting for it -------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Reads what the child wrote, so that it never blocks. Returns false at the end of output. */
static bool read_output(struct child *child)
{
	size_t length = strlen(child->written);
	size_t room = sizeof(child->written) - 1 - length;
	char rest[4096];
	ssize_t got = read(child->pipe[0], rest, sizeof(rest));

	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	memcpy(child->written + length, rest, (size_t)got < room ? (size_t)got : room);
	return true;
}

static void judge(struct child *child, int status, bool killed)
{
	const struct child_note *note = child->note;

	if (WIFSIGNALED(status)) {
		child->end = killed && WTERMSIG(status) == SIGKILL ? CHILD_HUNG : CHILD_KILLED;
		child->number = WTERMSIG(status);
	} else if (note->end != 0 && WEXITSTATUS(status) == STATUS) {
		child->end = note->end;
		child->number = note->number;
	} else {
		child->end = CHILD_ENDED;
		child->number = WEXITSTATUS(status);
	}
}

void child_wait(struct child *child)
{
	double until = seconds() + CHILD_SECONDS;
	bool killed = false, open = true;
	int status = 0;
	pid_t ended;

	if (child->process <= 0)
		return;
	close(child->pipe[1]);
	child->pipe[1] = -1;
	for (;;) {
		struct pollfd output = {.fd = open ? child->pipe[0] : -1, .events = POLLIN};

		ended = waitpid(child->process, &status, WNOHANG);
		if (ended == child->process || (ended < 0 && errno != EINTR))
			break;
		if (!killed && seconds() >= until) {
			kill(child->process, SIGKILL);
			killed = true;
		}
		if (poll(&output, 1, 2) > 0)
			open = read_output(child);
	}
	for (int i = 0; open && i < 16; i++) /* bounded: a process that it left may go on writing */
		open = read_output(child);
	child->end = CHILD_LOST;
	if (ended == child->process)
		judge(child, status, killed);
}

void child_release(struct child *child)
{
	for (int i = 0; i < 2; i++)
		if (child->pipe[i] >= 0)
			close(child->pipe[i]);
	if (child->note != NULL && child->note != MAP_FAILED)
		munmap(child->note, child->size);
	child->note = NULL;
	child->shared = NULL;
}

/* ---- telling of it --------------------------------------------------------------------------- */

void child_describe(const struct child *child, struct text *text)
{
	switch (child->end) {
	case CHILD_FINISHED:
		text_append(text, "came to its end");
		break;
	case CHILD_LEFT:
		text_append(text, "was left by longjmp(), as a failing assertion does");
		break;
	case CHILD_EXITED:
		text_append(text, "called exit(%d)", child->number);
		break;
	case CHILD_ENDED:
		text_append(text, "ended its process with status %d", child->number);
		break;
	case CHILD_KILLED:
		text_append(text, "ended by SIG%s (%s)",
			    sigabbrev_np(child->number) != NULL ? sigabbrev_np(child->number) : "?",
			    strsignal(child->number));
		break;
	case CHILD_HUNG:
		text_append(text, "still ran after %d seconds and was killed", CHILD_SECONDS);
		break;
	case CHILD_LOST:
		text_append(text, "ended in a way that is not known: something else waited for the "
				  "child process "
				  "(is SIGCHLD ignored?)");
		break;
	case CHILD_NOT_MADE:
		text_append(text, "was not run, for no child process could be made: %s",
			    strerror(child->number));
		break;
	}
}

void child_quote(const struct child *child, struct text *text)
{
	if (child->written[0] == '\0')
		return;
	text_append(text, "  it wrote:\n");
	text_append_indented(text, child->written, 4);
}
