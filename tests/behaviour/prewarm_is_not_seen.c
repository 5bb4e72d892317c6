/* SPDX-License-Identifier: MIT */
/*
 * phaselock_prewarm() changes nothing that the program can notice: it writes and reads nothing,
 * keeps errno and the orientation of the streams, and gives streams the kind of buffer that they
 * would have got. It touches no stream that has a buffer, wants none, or is held by another thread.
 *
 * shows: PL-183
 * libc: glibc musl
 * each: what terminal pipe unbuffered lines own_buffer wide held closed quiet again
 * run: {self} {what}
 * exit: 0
 */
#define _GNU_SOURCE
#include "behaviour.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <time.h>
#include <wchar.h>

static bool readable(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};

	return poll(&one, 1, 0) == 1 && (one.revents & POLLIN) != 0;
}

/* Puts a pipe or terminal behind stdout; returns where its output arrives. */
static int replace_stdout(bool terminal)
{
	int ends[2];

	if (terminal) {
		ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
		CHECK(ends[0] >= 0 && grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0);
		ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
	} else {
		CHECK_EQUAL(pipe(ends), 0);
	}
	CHECK(ends[1] >= 0 && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO);
	return ends[0];
}

/* A line reaches a terminal at once, and a pipe when it is flushed. */
static void keeps_kind(bool terminal)
{
	int out = replace_stdout(terminal);
	char byte;

	phaselock_prewarm();
	CHECK(!readable(out));
	CHECK(putchar('a') == 'a' && fflush(stdout) == 0); /* musl decides at its first write */
	CHECK(readable(out) && read(out, &byte, 1) == 1);
	CHECK(puts("a") >= 0);
	CHECK(readable(out) == terminal);
	CHECK_EQUAL(fflush(stdout), 0);
	CHECK(readable(out));
}

static void unbuffered(void)
{
	int out = replace_stdout(false);

	setvbuf(stdout, NULL, _IONBF, 0);
	phaselock_prewarm();
	CHECK_EQUAL(putchar('a'), 'a');
	CHECK(readable(out));
}

/* As setlinebuf() does it: the stream has no buffer yet, but its kind. */
static void lines(void)
{
	int out = replace_stdout(false);

	setvbuf(stdout, NULL, _IOLBF, 0);
	phaselock_prewarm();
	CHECK(__flbf(stdout));
	CHECK(puts("a") >= 0);
	CHECK(readable(out));
}

static void own_buffer(void)
{
	static char buffer[100];
	int out = replace_stdout(false);

	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	CHECK_EQUAL(putchar('a'), 'a');
	phaselock_prewarm();
	CHECK_EQUAL(putchar('\n'), '\n');
	CHECK(readable(out));
}

static void wide(void)
{
	int out = replace_stdout(false);

	CHECK_EQUAL(fwide(stdin, 0), 0);
	phaselock_prewarm();
	CHECK_EQUAL(fwide(stdin, 0), 0);
	CHECK_EQUAL(fwide(stdout, 0), 0);
	CHECK(fwide(stdout, 1) > 0);
	phaselock_prewarm();
	CHECK(fputws(L"a", stdout) >= 0 && fflush(stdout) == 0 && readable(out));
}

static pthread_barrier_t held, done;

static void *hold(void *unused)
{
	flockfile(stdin);
	flockfile(stdout);
	pthread_barrier_wait(&held);
	pthread_barrier_wait(&done);
	funlockfile(stdout);
	funlockfile(stdin);
	return unused;
}

static void held_by_another(void)
{
	pthread_t thread;

	pthread_barrier_init(&held, NULL, 2);
	pthread_barrier_init(&done, NULL, 2);
	CHECK_EQUAL(pthread_create(&thread, NULL, hold, NULL), 0);
	pthread_barrier_wait(&held);
	phaselock_prewarm(); /* and does not wait for them */
	pthread_barrier_wait(&done);
	pthread_join(thread, NULL);
}

static void closed(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	errno = 77;
	phaselock_prewarm();
	CHECK_EQUAL(errno, 77);
	CHECK_EQUAL(open("/dev/null", O_RDONLY), STDIN_FILENO);
}

/* It reads, writes and starts nothing, and does not change local time. */
static void quiet(void)
{
	struct tm before, after;
	time_t moment = 1700000000;
	int ends[2], out;

	CHECK_EQUAL(pipe(ends), 0);
	CHECK_EQUAL(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	CHECK_EQUAL(write(ends[1], "a\n", 2), 2);
	out = replace_stdout(false);
	errno = 77;
	phaselock_prewarm();
	CHECK_EQUAL(errno, 77);
	CHECK(readable(ends[0]));
	CHECK(!readable(out));
	CHECK_EQUAL(getchar(), 'a');
	CHECK(localtime_r(&moment, &before) && (phaselock_prewarm(), localtime_r(&moment, &after)));
	CHECK_EQUAL(mktime(&before), mktime(&after));
	CHECK_EQUAL(getchar(), '\n');
}

static void again(void)
{
	uint64_t requests;
	struct phaselock_stats begin;

	setenv("TZ", "UTC0", 1); /* otherwise glibc copies the name of its default each time */
	phaselock_prewarm();
	begin = thread_stats();
	phaselock_prewarm();
	requests = thread_stats_since(&begin).allocations;
	CHECK_EQUAL(requests, 0);
	CHECK(__fbufsize(stdout) > 0);
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	require_armed();
	if (strcmp(what, "terminal") == 0 || strcmp(what, "pipe") == 0)
		keeps_kind(what[0] == 't');
	else if (strcmp(what, "unbuffered") == 0)
		unbuffered();
	else if (strcmp(what, "lines") == 0)
		lines();
	else if (strcmp(what, "own_buffer") == 0)
		own_buffer();
	else if (strcmp(what, "wide") == 0)
		wide();
	else if (strcmp(what, "held") == 0)
		held_by_another();
	else if (strcmp(what, "closed") == 0)
		closed();
	else if (strcmp(what, "quiet") == 0)
		quiet();
	else if (strcmp(what, "again") == 0)
		again();
	else
		return 2;
	return 0;
}
