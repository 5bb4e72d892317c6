/* SPDX-License-Identifier: MIT */
/*
 * Records or results: tells by the first bytes of files, and says of a file that is neither what to
 * do. It must not know what else is in one.
 */
#define _GNU_SOURCE
#include "report_input.h"

#include "record.h"
#include "record_raw.h"
#include "results_line.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGINNING 32

_Static_assert(sizeof(RECORD_MAGIC) <= BEGINNING && sizeof(RESULTS_MAGIC) <= BEGINNING,
	       "the beginning tells");

/* A run that did not come to its end has left a file of another name. */
static bool has_part(const char *path)
{
	char *part;
	bool exists;

	if (asprintf(&part, "%s.part", path) < 0)
		return false;
	exists = access(part, F_OK) == 0;
	free(part);
	return exists;
}

#define WANTED                                                                                     \
	"give a file of `phaselock run --output=FILE`, `phaselock record` or "                     \
	"PHASELOCK_RESULTS=FILE"

static enum report_input complain_of_open(const char *path, int error)
{
	if (error == ENOENT && has_part(path))
		say("%s: there is none, for its run did not come to its end; report %s.part", path,
		    path);
	else if (error == EACCES)
		say("%s: cannot open it: %s; a record is its owner's alone: report it as that user",
		    path, strerror(error));
	else
		say("%s: cannot open it: %s; " WANTED, path, strerror(error));
	return REPORT_INPUT_WRONG;
}

static enum report_input tell_by(const char *path, const char *beginning, size_t length)
{
	if (length == 0)
		say("%s: it is empty; run what was to write it again", path);
	else if (memcmp(beginning, RECORD_MAGIC, sizeof(RECORD_MAGIC)) == 0 ||
		 record_raw_is(beginning))
		return REPORT_INPUT_RECORDS;
	else if (strncmp(beginning, RESULTS_MAGIC, sizeof(RESULTS_MAGIC) - 1) == 0)
		return REPORT_INPUT_RESULTS;
	else
		say("%s: neither a record nor results; " WANTED, path);
	return REPORT_INPUT_WRONG;
}

static enum report_input tell_of(const char *path)
{
	char beginning[BEGINNING + 1] = "";
	struct stat file = {.st_mode = 0};
	enum report_input input = REPORT_INPUT_WRONG;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t length;

	if (fd < 0 || fstat(fd, &file) != 0) {
		input = complain_of_open(path, errno);
	} else if (S_ISDIR(file.st_mode)) {
		say("%s: it is a folder; give the files in it", path);
	} else if (!S_ISREG(file.st_mode)) {
		say("%s: not a regular file; " WANTED, path);
	} else {
		length = pread(fd, beginning, BEGINNING, 0);
		if (length < 0)
			say("%s: cannot read it: %s", path, strerror(errno));
		else
			input = tell_by(path, beginning, (size_t)length);
	}
	if (fd >= 0)
		close(fd);
	return input;
}

enum report_input report_input_of(char **files)
{
	enum report_input first = tell_of(files[0]);

	for (size_t i = 1; first != REPORT_INPUT_WRONG && files[i] != NULL; i++) {
		enum report_input input = tell_of(files[i]);

		if (input == REPORT_INPUT_WRONG)
			return input;
		if (input == first)
			continue;
		say("%s: %s, but %s: %s; report them one after the other", files[0],
		    first == REPORT_INPUT_RECORDS ? "a record" : "results", files[i],
		    input == REPORT_INPUT_RECORDS ? "a record" : "results");
		return REPORT_INPUT_WRONG;
	}
	return first;
}
