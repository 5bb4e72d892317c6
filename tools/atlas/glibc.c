/* SPDX-License-Identifier: MIT */
/*
 * Cases of the atlas: functions that musl does not have, and those that programs built with
 * _FORTIFY_SOURCE call.
 */
#define _GNU_SOURCE
#include "atlas.h"

#include <errno.h>
#include <error.h>
#include <execinfo.h>
#include <fts.h>
#include <malloc.h>
#include <printf.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <wchar.h>

#define STREAM "at the first use of a stream"
#define BUFFER                                                                                     \
	"give the stream a buffer before the lock: setvbuf(), or phaselock_prewarm() for stdin "   \
	"and stdout"
#define FORMAT "write with snprintf() into an array"

extern int __printf_chk(int flag, const char *format, ...);
extern int __fprintf_chk(FILE *file, int flag, const char *format, ...);
extern int __vprintf_chk(int flag, const char *format, va_list list);
extern int __vfprintf_chk(FILE *file, int flag, const char *format, va_list list);
extern int __asprintf_chk(char **text, int flag, const char *format, ...);
extern int __vasprintf_chk(char **text, int flag, const char *format, va_list list);
extern int __dprintf_chk(int fd, int flag, const char *format, ...);
extern int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...);
extern char *__fgets_chk(char *text, size_t room, int size, FILE *file);
extern size_t __fread_chk(void *to, size_t room, size_t size, size_t count, FILE *file);
extern int __isoc99_scanf(const char *format, ...);

CASE_WHEN(printf_chk, "printf, fortified", STREAM, BUFFER)
{
	MEASURE(__printf_chk(1, "%d\n", 1));
}

CASE_WHEN(fprintf_chk, "fprintf, fortified", STREAM, BUFFER)
{
	MEASURE(__fprintf_chk(stdout, 1, "%d\n", 1));
}

CASE(asprintf_chk, "asprintf, fortified", FORMAT)
{
	char *text = NULL;

	MEASURE(__asprintf_chk(&text, 1, "%d", 1));
	free(text);
}

CASE(dprintf_chk, "dprintf, fortified", "write with snprintf() into an array, then write()")
{
	MEASURE(__dprintf_chk(1, 1, "%d\n", 1));
}

CASE(snprintf_chk, "snprintf, fortified", "")
{
	char text[64];

	MEASURE(__snprintf_chk(text, sizeof(text), 1, sizeof(text), "%d", 1));
}

CASE_WHEN(fgets_chk, "fgets, fortified", STREAM, BUFFER)
{
	char line[16];

	MEASURE(__fgets_chk(line, sizeof(line), sizeof(line), stdin));
}

CASE_WHEN(fread_chk, "fread, fortified", STREAM, BUFFER)
{
	char byte;

	MEASURE(__fread_chk(&byte, 1, 1, 1, stdin));
}

static void lists(int which, ...)
{
	char *text = NULL;
	va_list list;

	va_start(list, which);
	switch (which) {
	case 0:
		MEASURE(__vprintf_chk(1, "%d\n", list));
		break;
	case 1:
		MEASURE(__vfprintf_chk(stdout, 1, "%d\n", list));
		break;
	case 2:
		MEASURE(vfprintf(stdout, "%d\n", list));
		break;
	case 3:
		MEASURE(vasprintf(&text, "%d\n", list));
		break;
	case 4:
		MEASURE(__vasprintf_chk(&text, 1, "%d\n", list));
		break;
	default:
		break;
	}
	va_end(list);
	free(text);
}

CASE_WHEN(vprintf_chk, "vprintf, fortified", STREAM, BUFFER)
{
	lists(0, 1);
}

CASE_WHEN(vfprintf_chk, "vfprintf, fortified", STREAM, BUFFER)
{
	lists(1, 1);
}

CASE_WHEN(vfprintf, "vfprintf", STREAM, BUFFER)
{
	lists(2, 1);
}

CASE(vasprintf, "vasprintf", FORMAT)
{
	lists(3, 1);
}

CASE(vasprintf_chk, "vasprintf, fortified", FORMAT)
{
	lists(4, 1);
}

CASE_WHEN(fputs_unlocked, "fputs_unlocked, fwrite_unlocked, putchar_unlocked", STREAM, BUFFER)
{
	MEASURE({
		fputs_unlocked("a", stdout);
		fwrite_unlocked("a", 1, 1, stdout);
		putchar_unlocked('a');
	});
}

CASE_WHEN(getchar_unlocked, "getchar_unlocked", STREAM, BUFFER)
{
	MEASURE(getchar_unlocked());
}

CASE(fopencookie, "fopencookie",
     "open the stream before the lock and keep it, or use open() and read()")
{
	FILE *file;

	MEASURE(file = fopencookie(NULL, "w", (cookie_io_functions_t){0}));
	fclose(file);
}

CASE(fts, "fts_open, fts_read", "walk the folders before the lock")
{
	char path[] = ".", *paths[] = {path, NULL};
	FTS *walk = NULL;

	MEASURE({
		walk = fts_open(paths, FTS_PHYSICAL, NULL);
		fts_read(walk);
	});
	fts_close(walk);
}

CASE(backtrace, "backtrace", "call it once before the lock, or phaselock_prewarm()")
{
	void *frames[8];

	MEASURE(backtrace(frames, 8));
}

CASE_SOME(backtrace_symbols, "backtrace_symbols", "use backtrace_symbols_fd()")
{
	void *frames[8];
	int count = backtrace(frames, 8);
	char **names;

	MEASURE(names = backtrace_symbols(frames, count));
	free(names);
}

CASE(backtrace_symbols_fd, "backtrace_symbols_fd", "")
{
	void *frames[8];
	int count = backtrace(frames, 8);

	MEASURE(backtrace_symbols_fd(frames, count, 1));
}

static void ends(int status, void *unused)
{
	(void)status;
	(void)unused;
}

CASE_WHEN(on_exit, "on_exit, 32 times", "for each 32 handlers", "register before the lock")
{
	MEASURE({
		for (int i = 0; i < 32; i++)
			on_exit(ends, NULL);
	});
}

CASE(error, "error", "write with snprintf() into an array, then write()")
{
	MEASURE(error(0, EINVAL, "a"));
}

CASE(psiginfo, "psiginfo", "write the signal's number")
{
	siginfo_t info = {.si_signo = SIGINT};

	MEASURE(psiginfo(&info, "a"));
}

CASE(arc4random, "arc4random, getrandom", "")
{
	char bytes[8];

	MEASURE({
		arc4random();
		(void)!getrandom(bytes, sizeof(bytes), 0);
	});
}

CASE(random_r, "initstate_r, random_r", "")
{
	static char state[64];
	struct random_data data = {0};
	int32_t number;

	MEASURE({
		initstate_r(1, state, sizeof(state), &data);
		random_r(&data, &number);
	});
}

CASE(sigabbrev, "strerrorname_np, sigabbrev_np", "")
{
	MEASURE({
		strerrorname_np(EINVAL);
		sigabbrev_np(SIGINT);
	});
}

CASE_WHEN(fgetws, "fgetws", "at the first use of a stream",
	  "use the wide stream once before the lock")
{
	wchar_t text[8];

	MEASURE(fgetws(text, 8, stdin));
}

CASE(mallinfo2, "mallinfo2", "")
{
	MEASURE(mallinfo2());
}
