/* SPDX-License-Identifier: MIT */
/*
 * Appends one line for each assertion to the file that PHASELOCK_RESULTS names, for `phaselock
 * report` (cli/results_line.h has the format). It must not know how an assertion is judged.
 *
 * The file is opened for each line, by a path that was made absolute at the start: a test may
 * change its folder, close any descriptor, or fork. Each line is one write() of less than PIPE_BUF
 * to the end of the file, so lines of many threads and processes do not mix.
 */
#define PHASELOCK_OPTIONAL
#define _GNU_SOURCE
#include "results.h"

#include "seen.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define WORD_SIZE 512		       /* of a name, but for the assertion's */
#define BYTES_MAX ((uint64_t)64 << 20) /* that one program and its children may add */

struct line {
	char text[PIPE_BUF];
	size_t length;
};

_Static_assert(3 * WORD_SIZE + NAME_SIZE + FILE_SIZE + 512 <= PIPE_BUF,
	       "the longest line is one write");

static char path[PATH_MAX]; /* empty: there are no results */
static atomic_flag complained = ATOMIC_FLAG_INIT;
static _Atomic unsigned tests_ended;
static _Atomic uint64_t size_at_start; /* the file's size plus 1; 0: no line was written yet */
static const char no_file[] = "Not a regular file";

/* The name given to phaselock_operation(); valid until a test ends. */
static _Thread_local struct {
	char name[WORD_SIZE];
	unsigned tests_ended;
} operation;

static const char *reason_of(int error)
{
	const char *reason = strerrordesc_np(error);

	return reason != NULL ? reason : "unknown error";
}

/* Does not use stdio, which allocates: another assertion may be watching. */
static void complain(const char *reason)
{
	char line[PATH_MAX + 128] = "";
	struct text text = {.start = line, .size = sizeof(line)};

	if (atomic_flag_test_and_set(&complained))
		return;
	text_append(&text, "phaselock: cannot write results to ");
	text_append_name(&text, path, PATH_MAX);
	text_append(&text, ": %s\n", reason);
	if (write(STDERR_FILENO, line, text.length) < 0)
		return; /* nobody reads stderr */
}

/* Runs before main(), so a test that changes environment or folder cannot change the path. */
static void __attribute__((constructor(101))) read_environment(void)
{
	const char *name = secure_getenv("PHASELOCK_RESULTS");
	size_t length = 0;

	if (name == NULL || name[0] == '\0')
		return;
	if (name[0] != '/' && getcwd(path, sizeof(path) - 1) != NULL) {
		length = strlen(path);
		path[length++] = '/';
	}
	if (strlen(name) < sizeof(path) - length) {
		memcpy(path + length, name, strlen(name) + 1);
		return;
	}
	snprintf(path, sizeof(path), "%s", name);
	complain(reason_of(ENAMETOOLONG));
	path[0] = '\0';
}

static void add_byte(struct line *line, char byte)
{
	line->text[line->length++] = byte;
}

/* Adds one of our own texts, or a quoted one, and a tab. */
static void add_text(struct line *line, const char *text)
{
	while (*text != '\0')
		add_byte(line, *text++);
	add_byte(line, '\t');
}

/* Adds a foreign name, cut to a size, and a tab. */
static void add_name(struct line *line, const char *name)
{
	char quoted[WORD_SIZE] = "";
	struct text text = {.start = quoted, .size = sizeof(quoted)};

	text_append_name(&text, name, SIZE_MAX);
	add_text(line, quoted);
}

static void add_number(struct line *line, uint64_t number)
{
	line->length += (size_t)sprintf(line->text + line->length, "%" PRIu64 "\t", number);
}

static const char *verdict(enum phaselock_check_result result)
{
	switch (result) {
	case PHASELOCK_CHECK_HOLDS:
		return "holds";
	case PHASELOCK_CHECK_FAILED:
		return "failed";
	case PHASELOCK_CHECK_NOT_ARMED:
		return "not armed";
	case PHASELOCK_CHECK_SKIPPED:
		return "skipped";
	}
	return "failed";
}

static const char *operation_name(void)
{
	return operation.tests_ended == tests_ended ? operation.name : "";
}

static void make_line(struct line *line, const struct phaselock_check_report *report)
{
	const char *test = phaselock_test_name();

	add_text(line, "phaselock-result 1");
	add_name(line, program_invocation_short_name);
	add_name(line, test != NULL ? test : "");
	add_name(line, operation_name());
	add_text(line, report->spec->name);
	add_text(line, report->spec->file);
	add_number(line, (uint64_t)report->spec->line);
	add_number(line, report->allocations);
	add_number(line, report->bytes);
	add_number(line, report->deallocations);
	add_number(line, report->leaked_blocks);
	add_text(line, verdict(report->result));
	line->text[line->length - 1] = '\n';
}

/*
 * Returns whether the file may be written to. On a file system without room, such as /proc, a file
 * is a switch of the kernel; some file systems that do have room do not say so.
 */
static bool is_plain(int file, struct stat *status)
{
	struct statfs system;

	return fstat(file, status) == 0 && S_ISREG(status->st_mode) &&
	       fstatfs(file, &system) == 0 &&
	       (system.f_blocks > 0 || system.f_type == TMPFS_MAGIC ||
		system.f_type == RAMFS_MAGIC || system.f_type == FUSE_SUPER_MAGIC);
}

/* Returns whether this program may still add to the file. */
static bool is_within_bound(uint64_t size)
{
	uint64_t none = 0;

	/* Plus 1, since 0 means that no line was written yet. */
	atomic_compare_exchange_strong(&size_at_start, &none, size + 1);
	return size + 1 < size_at_start + BYTES_MAX;
}

/* Returns NULL, or what went wrong. */
static const char *append_to(int file, const struct line *line)
{
	struct stat status;
	ssize_t written;

	if (!is_plain(file, &status))
		return no_file;
	if (!is_within_bound((uint64_t)status.st_size))
		return "64 MiB were added to it";
	do
		written = write(file, line->text, line->length);
	while (written < 0 && errno == EINTR);
	if (written == (ssize_t)line->length)
		return NULL;
	return reason_of(written < 0 ? errno : ENOSPC);
}

/* Returns NULL, or what went wrong. Does not wait for a FIFO, nor follow a link. */
static const char *append(const struct line *line)
{
	int file =
		open(path,
		     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
		     0600);
	const char *fault;

	if (file < 0) /* ENXIO: a FIFO that nobody reads */
		return errno == ENXIO ? no_file : reason_of(errno);
	fault = append_to(file, line);
	if (close(file) != 0 && fault == NULL)
		fault = reason_of(errno);
	return fault;
}

static void write_line(const struct phaselock_check_report *report)
{
	struct line line = {.length = 0};
	const char *fault;
	int kept = errno;

	make_line(&line, report);
	fault = append(&line);
	if (fault != NULL)
		complain(fault);
	errno = kept;
}

void results_add(const struct phaselock_check_report *report)
{
	if (path[0] != '\0')
		write_line(report);
}

void results_end_test(void)
{
	atomic_fetch_add(&tests_ended, 1);
}

void phaselock_operation(const char *name)
{
	operation.tests_ended = tests_ended;
	snprintf(operation.name, sizeof(operation.name), "%s", name != NULL ? name : "");
}
