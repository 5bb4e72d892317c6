/* SPDX-License-Identifier: MIT */
/*
 * Makes first uses of libc that allocate and that nobody can see, before the lock.
 * docs/libc-allocations.md says what belongs here: cold above 0, warm 0, and no effect that the
 * program could notice. It must not know of the phase.
 */
#define _GNU_SOURCE
#include "common/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include <phaselock/phaselock.h>

/*
 * glibc has these, musl does not. The first backtrace() looks for the unwinder, as the first
 * pthread_exit() does.
 */
extern const char *gnu_get_libc_version(void) __attribute__((weak));
extern int backtrace(void **frames, int size) __attribute__((weak));

static char for_stdin[BUFSIZ], for_stdout[BUFSIZ];

/* The size that libc would have taken. */
static size_t buffer_size(int fd)
{
	struct stat status;

	if (fstat(fd, &status) == 0 && status.st_blksize > 0 && status.st_blksize < BUFSIZ)
		return (size_t)status.st_blksize;
	return BUFSIZ;
}

/*
 * Gives a stream the buffer that its first use would allocate, unless it has one or is unbuffered.
 * A stream that another thread holds is in use; waiting for it could mean waiting for input. A
 * program that asked for line buffering without a buffer, as setlinebuf() does, has no buffer yet.
 */
static void give_buffer(FILE *stream, char *buffer)
{
	bool lines;

	if (__fbufsize(stream) != 0 || fwide(stream, 0) > 0 || ftrylockfile(stream) != 0)
		return;
	lines = __flbf(stream) != 0 || isatty(fileno(stream));
	if (__fbufsize(stream) == 0)
		setvbuf(stream, buffer, lines ? _IOLBF : _IOFBF, buffer_size(fileno(stream)));
	funlockfile(stream);
}

static void use_time_zone(void)
{
	time_t now = time(NULL);
	struct tm parts;
	char text[256];

	tzset();
	gmtime_r(&now, &parts);
	localtime_r(&now, &parts);
	mktime(&parts);
	strftime(text, sizeof(text), "%c %Ex %Ey %Od %Z", &parts);
}

/* Loads the tables of this thread's present locale. */
static void use_conversions(void)
{
	char text[64]; /* more than any MB_CUR_MAX */
	wchar_t wide;
	mbstate_t state;

	memset(&state, 0, sizeof(state));
	mbrtowc(&wide, "a", 1, &state);
	memset(&state, 0, sizeof(state));
	wcrtomb(text, L'a', &state);
}

static void use_unwinder(void)
{
	void *frames[2];

	if (backtrace != NULL)
		backtrace(frames, 2);
}

void phaselock_prewarm(void)
{
	int error = errno;

	/* musl's streams have buffers from the start, and a size of 0 means unbuffered there. */
	if (gnu_get_libc_version != NULL) {
		give_buffer(stdin, for_stdin);
		give_buffer(stdout, for_stdout);
	}
	use_time_zone();
	use_conversions();
	use_unwinder();
	errno = error;
}
