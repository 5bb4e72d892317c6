/* SPDX-License-Identifier: MIT */
/* Cases of the atlas: streams. stdin is /dev/zero and stdout /dev/null. */
#define _GNU_SOURCE
#include "atlas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define STREAM "at the first use of a stream"
#define BUFFER                                                                                     \
	"give the stream a buffer before the lock: setvbuf(), or phaselock_prewarm() for stdin "   \
	"and stdout"
#define OPEN "open the stream before the lock and keep it, or use open() and read()"
#define LINE                                                                                       \
	"read with fgets() into an array, or keep the buffer of a longest line from before the "   \
	"lock"
#define FORMAT "write with snprintf() into an array"
#define FLOATING "print fewer digits, or take the number apart before"

/* Uses a pipe, so that nothing depends on a file system. */
static FILE *readable(const char *text)
{
	int ends[2];

	if (pipe(ends) != 0 || write(ends[1], text, strlen(text)) != (ssize_t)strlen(text))
		_exit(3);
	close(ends[1]);
	return fdopen(ends[0], "r");
}

CASE_WHEN(printf, "printf", STREAM, BUFFER)
{
	MEASURE(printf("%d %s\n", 1, "a"));
}

static void print_list(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	MEASURE(vprintf(format, list));
	va_end(list);
}

CASE_WHEN(vprintf, "vprintf", STREAM, BUFFER)
{
	print_list("%d\n", 1);
}

CASE_WHEN(fprintf_stdout, "fprintf", STREAM, BUFFER)
{
	MEASURE(fprintf(stdout, "%d\n", 1));
}

CASE(fprintf_stderr, "fprintf to stderr", "")
{
	FILE *was = stderr;

	MEASURE(fprintf(was, "%s", ""));
}

CASE_WHEN(puts, "puts", STREAM, BUFFER)
{
	MEASURE(puts("a"));
}

CASE_WHEN(putchar, "putchar", STREAM, BUFFER)
{
	MEASURE(putchar('a'));
}

CASE_WHEN(putc, "putc", STREAM, BUFFER)
{
	MEASURE(putc('a', stdout));
}

CASE_WHEN(fputc, "fputc", STREAM, BUFFER)
{
	MEASURE(fputc('a', stdout));
}

CASE_WHEN(fputs, "fputs", STREAM, BUFFER)
{
	MEASURE(fputs("a", stdout));
}

CASE_WHEN(fwrite, "fwrite", STREAM, BUFFER)
{
	MEASURE(fwrite("a", 1, 1, stdout));
}

CASE(fflush, "fflush", "")
{
	MEASURE(fflush(stdout));
}

CASE_WHEN(scanf, "scanf", STREAM, BUFFER)
{
	int number;

	MEASURE(scanf("%d", &number));
}

CASE_WHEN(fscanf, "fscanf", STREAM, BUFFER)
{
	int number;

	MEASURE(fscanf(stdin, "%d", &number));
}

CASE_WHEN(getchar, "getchar", STREAM, BUFFER)
{
	MEASURE(getchar());
}

CASE_WHEN(getc, "getc", STREAM, BUFFER)
{
	MEASURE(getc(stdin));
}

CASE_WHEN(fgetc, "fgetc", STREAM, BUFFER)
{
	MEASURE(fgetc(stdin));
}

CASE_WHEN(fgets, "fgets", STREAM, BUFFER)
{
	char line[16];

	MEASURE(fgets(line, sizeof(line), stdin));
}

CASE_WHEN(fread, "fread", STREAM, BUFFER)
{
	char byte;

	MEASURE(fread(&byte, 1, 1, stdin));
}

CASE_WHEN(ungetc, "ungetc", "when it is called more than once",
	  "push back no more than the character that was read")
{
	int c = getchar();

	MEASURE(ungetc(c, stdin));
}

CASE_WHEN(ungetc_two, "ungetc of more than was read", "when it is called more than once",
	  "push back no more than the character that was read")
{
	FILE *file = readable("ab");

	getc(file);
	MEASURE({
		ungetc('x', file);
		ungetc('y', file);
	});
	fclose(file);
}

CASE_WHEN(getline, "getline", "when the line is longer than its buffer", LINE)
{
	FILE *file = readable("a line\n");
	char *line = NULL;
	size_t size = 0;

	ungetc(getc(file), file);
	MEASURE(getline(&line, &size, file));
	free(line);
	fclose(file);
}

CASE(getline_kept, "getline into a kept buffer", "")
{
	FILE *file = readable("a line\n");
	size_t size = 200;
	char *line = malloc(size);

	ungetc(getc(file), file);
	MEASURE(getline(&line, &size, file));
	free(line);
	fclose(file);
}

CASE_WHEN(getline_fresh, "getline into a kept buffer, from a stream without one", STREAM, BUFFER)
{
	FILE *file = readable("a line\n");
	size_t size = 200;
	char *line = malloc(size);

	MEASURE(getline(&line, &size, file));
	free(line);
	fclose(file);
}

CASE_WHEN(getdelim, "getdelim", "when the line is longer than its buffer", LINE)
{
	FILE *file = readable("a:line\n");
	char *line = NULL;
	size_t size = 0;

	ungetc(getc(file), file);
	MEASURE(getdelim(&line, &size, ':', file));
	free(line);
	fclose(file);
}

CASE(snprintf, "snprintf", "")
{
	char text[64];

	MEASURE(snprintf(text, sizeof(text), "%d %s %.3f %p", 1, "a", 2.5, (void *)text));
}

CASE_WHEN(snprintf_floating, "snprintf of a double with 3,000 digits", "for very many digits",
	  FLOATING)
{
	static char text[4000];

	MEASURE(snprintf(text, sizeof(text), "%.3000f", 1e300));
}

CASE(snprintf_wide_field, "snprintf with a field 3,000 wide", "")
{
	static char text[4000];

	MEASURE(snprintf(text, sizeof(text), "%3000d", 1));
}

CASE_WHEN(snprintf_positions, "snprintf with 40 numbered arguments",
	  "for very many numbered arguments", "number fewer arguments of a format")
{
	static char text[4000];

	MEASURE(snprintf(text, sizeof(text), "%40$d %1$d", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
			 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
			 32, 33, 34, 35, 36, 37, 38, 39, 40));
}

CASE(sprintf, "sprintf", "")
{
	char text[64];

	MEASURE(sprintf(text, "%d", 1));
}

CASE(sscanf, "sscanf", "")
{
	int number;

	MEASURE(sscanf("12 13", "%d", &number));
}

CASE_WHEN(sscanf_m, "sscanf with %ms", "for %m", "give %s an array and a width")
{
	char *word = NULL;

	MEASURE(sscanf("word", "%ms", &word));
	free(word);
}

CASE_WHEN(fscanf_m, "fscanf with %ms", "for %m", "give %s an array and a width")
{
	FILE *file = readable("a word\n");
	char *word = NULL;

	ungetc(getc(file), file);
	MEASURE(fscanf(file, "%ms", &word));
	free(word);
	fclose(file);
}

CASE_WHEN(scanf_m, "scanf with %m[", "for %m", "give %s an array and a width")
{
	char *nulls = NULL;

	getchar();
	MEASURE(scanf("%2m[^a]", &nulls));
	free(nulls);
}

CASE(asprintf, "asprintf", FORMAT)
{
	char *text = NULL;

	MEASURE(asprintf(&text, "%d", 1));
	free(text);
}

CASE(dprintf, "dprintf", "write with snprintf() into an array, then write()")
{
	MEASURE(dprintf(1, "%d\n", 1));
}

CASE(perror, "perror", "write strerror_r() into an array, then write()")
{
	MEASURE(perror("a"));
}

CASE(fopen, "fopen", OPEN)
{
	FILE *file;

	MEASURE(file = fopen("/dev/null", "r"));
	fclose(file);
}

CASE(fopen_ccs, "fopen with ccs=", OPEN)
{
	FILE *file;

	MEASURE(file = fopen("/dev/null", "r,ccs=UTF-8"));
	if (file != NULL)
		fclose(file);
}

CASE(fdopen, "fdopen", OPEN)
{
	FILE *file;
	int fd = dup(1);

	MEASURE(file = fdopen(fd, "w"));
	fclose(file);
}

CASE(freopen, "freopen", OPEN)
{
	FILE *file = fopen("/dev/null", "r");

	MEASURE(file = freopen("/dev/zero", "r", file));
	fclose(file);
}

CASE(fclose, "fclose", "")
{
	FILE *file = fopen("/dev/null", "r");

	MEASURE(fclose(file));
}

CASE(fmemopen, "fmemopen", "work in the array itself: snprintf(), sscanf()")
{
	FILE *file;
	char text[16];

	MEASURE(file = fmemopen(text, sizeof(text), "w"));
	fclose(file);
}

CASE(open_memstream, "open_memstream", FORMAT)
{
	FILE *file;
	char *text;
	size_t size;

	MEASURE(file = open_memstream(&text, &size));
	fclose(file);
	free(text);
}

CASE(popen, "popen", "start the program before the lock")
{
	FILE *file;

	MEASURE(file = popen("true", "r"));
	pclose(file);
}

CASE(tmpfile, "tmpfile", OPEN)
{
	FILE *file;

	MEASURE(file = tmpfile());
	if (file != NULL)
		fclose(file);
}

CASE_WHEN(fseek, "fseek", STREAM, BUFFER)
{
	FILE *file = fopen("/dev/zero", "r");

	MEASURE(fseek(file, 10, SEEK_SET));
	fclose(file);
}

CASE(fileno, "fileno", "")
{
	MEASURE(fileno(stdout));
}

CASE(setvbuf, "setvbuf with an array", "")
{
	static char buffer[BUFSIZ];

	MEASURE(setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)));
}

CASE(setvbuf_null, "setvbuf without an array", "give it an array")
{
	MEASURE(setvbuf(stdout, NULL, _IOLBF, BUFSIZ));
}
