/* SPDX-License-Identifier: MIT */
/*
 * `phaselock symbolize`: reports from a file or stdin to stdout, raw to named. It must not know
 * what a report looks like.
 */
#define _GNU_SOURCE
#include "annotate.h"
#include "say.h"
#include "verb.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE 65536

struct words {
	const char *debug_path;
	bool debuginfod;
	const char *file; /* NULL: stdin */
	bool help;
};

/* Where the text goes, and errno of the first write that failed. */
struct output {
	int fd;
	int error;
};

static void PL_PRINTF(1, 2) complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_as("symbolize", format, arguments);
	va_end(arguments);
}

static void print_usage(void)
{
	puts("usage: phaselock symbolize [OPTIONS] [FILE]\n"
	     "  --debug-path=DIRS          folders of separate debug files, split by colons\n"
	     "                             (:.debug:/usr/lib/debug)\n"
	     "  --debuginfod               ask the servers of DEBUGINFOD_URLS for such files\n"
	     "  -h, --help                 print this\n"
	     "Copies FILE, or standard input, to standard output, with function names, files\n"
	     "and lines in its reports.\n"
	     "Status: 0; 125 if FILE cannot be read, or the text cannot be written.");
}

static bool read_words(int count, char **words, struct words *result)
{
	static const struct option options[] = {
		{"debug-path", required_argument, NULL, 'd'},
		{"debuginfod", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int found;

	while ((found = words_next("symbolize", count, words, "h", options, NULL)) != -1) {
		if (found == 'd')
			result->debug_path = optarg;
		else if (found == 'n')
			result->debuginfod = true;
		else if (found == 'h')
			result->help = true;
		else /* what is wrong has been said */
			return false;
	}
	if (count - optind > 1) {
		complain("one file at a time; \"%s\" is another", words[optind + 1]);
		return false;
	}
	result->file = words[optind];
	return true;
}

static void write_all(void *context, const char *text, size_t length)
{
	struct output *output = context;

	while (length > 0 && output->error == 0) {
		ssize_t written = write(output->fd, text, length);

		if (written >= 0) {
			text += written;
			length -= (size_t)written;
		} else if (errno != EINTR) {
			output->error = errno;
		}
	}
}

/* Returns whether the whole text came through. */
static bool copy(struct annotator *annotator, int fd, const char *name)
{
	struct output output = {.fd = STDOUT_FILENO};
	static char text[READ_SIZE];
	ssize_t length;
	int error;

	do {
		length = read(fd, text, sizeof(text));
		error = errno;
		if (length > 0)
			annotator_feed(annotator, text, (size_t)length, write_all, &output);
	} while (output.error == 0 && (length > 0 || (length < 0 && error == EINTR)));
	annotator_flush(annotator, write_all, &output);
	if (output.error != 0)
		complain("cannot write: %s", strerror(output.error));
	else if (length < 0)
		complain("cannot read %s: %s", name, strerror(error));
	return output.error == 0 && length == 0;
}

static struct annotator *new_annotator(const struct words *choice)
{
	const struct namer_options options = {
		.debug_path = choice->debug_path,
		.debuginfod = choice->debuginfod,
		.patient = true,
		.complain = complain,
	};

	return annotator_new(&options);
}

int verb_symbolize(int count, char **words)
{
	struct words choice = {0};
	struct annotator *annotator;
	int fd = STDIN_FILENO;
	bool whole;

	if (!read_words(count, words, &choice))
		return STATUS_NOT_CHECKED;
	if (choice.help) {
		print_usage();
		return 0;
	}
	if (choice.file != NULL)
		fd = open(choice.file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("cannot open %s: %s", choice.file, strerror(errno));
		return STATUS_NOT_CHECKED;
	}
	annotator = new_annotator(&choice);
	if (annotator == NULL) {
		complain("no memory");
		return STATUS_NOT_CHECKED;
	}
	whole = copy(annotator, fd, choice.file != NULL ? choice.file : "standard input");
	annotator_free(annotator);
	return whole ? 0 : STATUS_NOT_CHECKED;
}
