/* SPDX-License-Identifier: MIT */
/*
 * Nobody reads stderr, and it is full. A program whose requests are allowed goes on after waiting
 * at most a tenth of a second for all reports together. One that aborts waits for up to a second,
 * since the report is its last word, and then writes the lines for which there is room. A slow
 * reader gets everything.
 *
 * shows: PL-533
 * timeout: 10
 * environment: PHASELOCK_OPTIONS=policy=allow
 * exit: 0
 * run: {self} goes_on {kind}
 * each: kind pipe pipe_that_does_not_wait socket fifo
 * stdout:
 * | 0 bytes
 * | in time
 * run: {self} aborts {kind}
 * each: kind pipe pipe_that_does_not_wait socket fifo
 * environment: PHASELOCK_OPTIONS=policy=abort
 * stdout:
 * | 0 bytes
 * | in time
 * run: {self} some_room pipe_that_does_not_wait
 * environment: PHASELOCK_OPTIONS=policy=abort
 * stdout:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "exe", 1st time at this site
 * | in time
 * run: {self} slow_reader {kind}
 * each: kind pipe pipe_that_does_not_wait socket fifo
 * environment: PHASELOCK_OPTIONS=policy=abort
 * stdout:
 * | phaselock: violation: malloc(10) while allocations are locked
 * |   thread {number} "exe", 1st time at this site
 * |     #0 inside+{hex} ({any})
 * | {details}
 * | phaselock: aborting (policy=abort)
 * | in time
 * run: {self} many_sites pipe
 * environment: PHASELOCK_OPTIONS=policy=allow:max_reports=1000:frames=32
 * stdout:
 * | in time
 */
#define _GNU_SOURCE
#include "paths.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define DEPTH 8
#define MOST_MS 3000 /* a second and a tenth, plus time for a busy machine */

FRAME static void ask(void)
{
	free(opaque(malloc(16)));
}

static const char *how, *kind;
static int reader, writer;
static size_t filled;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void open_ends(void)
{
	int ends[2] = {-1, -1};

	if (strcmp(kind, "socket") == 0)
		CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	else if (strcmp(kind, "fifo") == 0) {
		CHECK_EQUAL(mkfifo("fifo", 0600), 0);
		ends[0] = open("fifo", O_RDONLY | O_NONBLOCK);
		ends[1] = open("fifo", O_WRONLY);
	} else {
		CHECK_EQUAL(pipe(ends), 0);
	}
	reader = ends[0];
	writer = ends[1];
}

static void fill(void)
{
	static const char bytes[4096];
	size_t size = sizeof(bytes);

	CHECK_EQUAL(fcntl(writer, F_SETFL, O_NONBLOCK), 0);
	if (strcmp(how, "some_room") == 0) { /* 100 bytes in the last page */
		for (int i = 0; i < 15; i++)
			CHECK_EQUAL(write(writer, bytes, sizeof(bytes)), sizeof(bytes));
		CHECK_EQUAL(write(writer, bytes, sizeof(bytes) - 120), sizeof(bytes) - 120);
		filled = 16 * sizeof(bytes) - 120;
	} else {
		for (; size > 0; size /= 2)
			for (ssize_t n; (n = write(writer, bytes, size)) > 0;)
				filled += (size_t)n;
	}
	if (strcmp(kind, "pipe_that_does_not_wait") != 0)
		CHECK_EQUAL(fcntl(writer, F_SETFL, 0), 0);
}

/* The program under test: what is on descriptor 2 was there at its start. */
int inside(void);
FRAME int inside(void)
{
	prctl(PR_SET_NAME, "inside");
	if (phaselock_armed() != PHASELOCK_ENTRY_ALL)
		return NOT_ARMED;
	lock_allocations();
	free(opaque(malloc(10)));
	for (volatile unsigned path = 0; strcmp(how, "many_sites") == 0 && path < 1u << DEPTH;
	     path++)
		paths_descend(path, DEPTH, ask);
	return 0;
}

static pid_t start(char *self)
{
	char inner[] = "inside", *words[] = {self, inner, (char *)(uintptr_t)how, NULL};
	pid_t child = fork();

	if (child > 0)
		return child;
	dup2(writer, STDERR_FILENO);
	close(writer);
	close(reader);
	execv("/proc/self/exe", words);
	_exit(9);
}

/* Prints what came after the filling, up to the end if there is one. */
static void show(void)
{
	static char text[1 << 20];
	struct pollfd readable = {reader, POLLIN, 0};
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0 && poll(&readable, 1, MOST_MS) > 0 && length < sizeof(text)) {
		got = read(reader, text + length, sizeof(text) - length);
		length += got > 0 ? (size_t)got : 0;
	}
	CHECK(length >= filled);
	if (strcmp(how, "many_sites") == 0)
		return;
	if (length == filled)
		printf("0 bytes\n");
	else
		fwrite(text + filled, 1, length - filled, stdout);
}

int main(int argc, char **argv)
{
	int64_t begin;
	pid_t child;
	int status;

	CHECK(argc == 3);
	how = argv[2];
	if (strcmp(argv[1], "inside") == 0)
		return inside();
	how = argv[1];
	kind = argv[2];
	open_ends();
	if (strcmp(how, "many_sites") != 0)
		fill();
	begin = now_ms();
	child = start(argv[0]);
	close(writer);
	if (strcmp(how, "slow_reader") == 0) {
		usleep(200000);
		show();
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK(strcmp(how, "goes_on") == 0 || strcmp(how, "many_sites") == 0
		      ? WIFEXITED(status) && WEXITSTATUS(status) == 0
		      : WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	begin = now_ms() - begin;
	if (strcmp(how, "slow_reader") != 0)
		show();
	puts(begin < MOST_MS ? "in time" : "too late");
	return 0;
}
