/* SPDX-License-Identifier: MIT */
/*
 * The reading end of the pipe of reports. A text in it is short, and is written as it came; a call
 * names a report in the record, which is worded here. It must not know what a report says.
 */
#define _GNU_SOURCE
#include "collect.h"

#include "child.h"
#include "common/channel.h"
#include "escape.h"
#include "common/os.h"
#include "namer.h"
#include "say.h"
#include "told.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPE_SIZE 1048576
#define PATH_SIZE (PL_OPTIONS_PATH_SIZE + 32)
#define STDERR_WAIT_MS 60000 /* for one text, if a write to stderr does not block */

struct collector {
	int reader; /* -1: closed, after something came that is no report */
	int writer; /* holds the pipe open when no process does */
	char path[64];
	const char *report; /* "": stderr */
	bool report_failed;
	bool is_quiet;	  /* nothing goes to stderr */
	uint64_t written; /* bytes, of all reports */
	bool is_full;
	struct pl_layout *record; /* NULL: there is none */
	uint64_t told;		  /* reports in it */
	struct namer *namer;	  /* NULL: places stay as they are */
	uint32_t process;	  /* the process whose text is being written */
	size_t filled;
	char buffer[16 * PL_CHANNEL_PIECE_SIZE];
	struct pl_layout_report copy; /* of the report that is being told */
};

static bool open_pipe(struct collector *collector)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE); /* if this fails, the pipe keeps its size */
	collector->reader = ends[0];
	collector->writer = ends[1];
	snprintf(collector->path, sizeof(collector->path), "/proc/%ld/fd/%d", (long)getpid(),
		 ends[0]);
	return true;
}

/* The namer passes the program's signals on while it looks something up. */
static struct namer *new_namer(const struct arguments *arguments)
{
	const struct namer_options options = {
		.debug_path = arguments->debug_path,
		.debuginfod = arguments->debuginfod,
		.complain = say,
		.watched = child_signals,
		.meanwhile = child_pass_signals_on,
	};

	return namer_new(&options);
}

struct collector *collector_new(const struct arguments *arguments)
{
	struct collector *collector = calloc(1, sizeof(*collector));

	if (collector == NULL || !open_pipe(collector)) {
		say("cannot make a pipe for the reports: %s; they are not named", strerror(errno));
		free(collector);
		return NULL;
	}
	collector->report = arguments->options.report;
	collector->is_quiet = arguments->quiet;
	if (strcmp(arguments->options.symbolize, "0") == 0)
		return collector;
	collector->namer = new_namer(arguments);
	if (collector->namer == NULL)
		say("no memory to name what is in the reports");
	return collector;
}

void collector_use(struct collector *collector, struct pl_layout *record)
{
	if (collector != NULL)
		collector->record = record;
}

const char *collector_path(const struct collector *collector)
{
	return collector != NULL ? collector->path : "";
}

int collector_fd(const struct collector *collector)
{
	return collector != NULL ? collector->reader : -1;
}

/* ---- texts ----------------------------------------------------------------------------------- */

static int open_report(struct collector *collector)
{
	char path[PATH_SIZE];
	struct pl_text name = pl_text_in(path, sizeof(path));
	uint64_t size;
	int fd;

	if (collector->report[0] == '\0')
		return -1;
	pl_text_path(&name, collector->report, collector->process);
	fd = pl_os_open_append(path, &size);
	if (fd < 0 && !collector->report_failed) {
		collector->report_failed = true;
		say("cannot write to the file of report= (%s); using stderr", path);
	}
	return fd;
}

static void write_to_stderr(const char *text, size_t length)
{
	pl_os_write(STDERR_FILENO, PL_OS_PLAIN, text, length, STDERR_WAIT_MS);
}

/* Returns what a process has sent as it may be shown, to be freed; NULL if there is no memory. */
static char *quote(const char *text, size_t *length)
{
	struct slice lines = {text, *length};
	char *quoted = NULL;
	FILE *out = open_memstream(&quoted, length);

	if (out == NULL)
		return NULL;
	escape_write_lines(lines, out);
	if (fclose(out) == 0)
		return quoted;
	free(quoted);
	return NULL;
}

/* Whether the run has not yet written all that it may: it can make processes for ever. */
static bool is_within_bound(struct collector *collector, size_t length)
{
	if (collector->written < PL_OS_ADDED_MAX) {
		collector->written += length;
		return true;
	}
	if (!collector->is_full)
		say("64 MiB of reports were written; there are more, which are only counted");
	collector->is_full = true;
	return false;
}

/* What does not fit into the file goes to stderr. */
static void write_text(struct collector *collector, const char *sent, size_t length)
{
	char *text;
	size_t done = 0;
	int fd;

	if (!is_within_bound(collector, length))
		return;
	text = quote(sent, &length);
	if (text == NULL) {
		say("no memory to write a report");
		return;
	}
	fd = open_report(collector);
	if (fd >= 0) {
		done = pl_os_write(fd, PL_OS_PLAIN, text, length, 0);
		pl_os_close(fd);
	}
	if (!collector->is_quiet)
		write_to_stderr(text + done, length - done);
	free(text);
}

/* Writes what is no report to stderr, quoted, since nobody knows what it is. */
static void write_junk(const char *junk, size_t length)
{
	char *text = quote(junk, &length);

	if (text != NULL)
		write_to_stderr(text, length);
	free(text);
}

/* ---- reports in the record ------------------------------------------------------------------- */

/* Takes a report out of its place. Returns false if there is none, or its process took it back. */
static bool take_report(struct collector *collector, struct pl_layout_report *place)
{
	uint32_t state = PL_LAYOUT_READY;

	if (atomic_load_explicit(&place->state, memory_order_acquire) != state)
		return false;
	memcpy((void *)&collector->copy, place, sizeof(collector->copy));
	return atomic_compare_exchange_strong_explicit(&place->state, &state, PL_LAYOUT_FREE,
						       memory_order_release, memory_order_relaxed);
}

static void tell(struct collector *collector, struct pl_layout_report *place)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out;

	if (!take_report(collector, place))
		return;
	collector->told++;
	collector->process = collector->copy.process;
	out = open_memstream(&text, &length);
	if (out != NULL) {
		told_write(&collector->copy, collector->record, collector->namer, out);
		fclose(out);
	}
	if (text != NULL)
		write_text(collector, text, length);
	else
		say("no memory to write a report");
	free(text);
}

static struct pl_layout_report *oldest(const struct collector *collector)
{
	struct pl_layout_report *found = NULL;

	for (size_t i = 0; i < PL_LAYOUT_REPORTS; i++) {
		struct pl_layout_report *report = &collector->record->reports[i];

		if (atomic_load_explicit(&report->state, memory_order_acquire) == PL_LAYOUT_READY &&
		    (found == NULL || report->order < found->order))
			found = report;
	}
	return found;
}

/* Tells what nobody has called for: its process was killed first, or the pipe was full. */
static void tell_all(struct collector *collector)
{
	struct pl_layout_report *report;

	if (collector->record == NULL)
		return;
	for (size_t i = 0; i < PL_LAYOUT_REPORTS && (report = oldest(collector)) != NULL; i++)
		tell(collector, report);
}

static bool many_wait(const struct collector *collector)
{
	return collector->record != NULL &&
	       collector->record->reports_made - collector->told > PL_LAYOUT_REPORTS / 2;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static bool is_whole(const struct pl_channel_piece *piece)
{
	if (piece->length == 0)
		return piece->report > 0 && piece->report <= PL_LAYOUT_REPORTS;
	return piece->length <= PL_CHANNEL_TEXT_MAX && piece->report == 0;
}

static void take(struct collector *collector, const struct pl_channel_piece *piece,
		 const char *bytes)
{
	if (piece->report > 0 && collector->record != NULL) {
		tell(collector, &collector->record->reports[piece->report - 1]);
		return;
	}
	collector->process = piece->process;
	write_text(collector, bytes, piece->length);
}

/* Takes the pieces that are complete in the buffer. Returns false if something else follows. */
static bool take_pieces(struct collector *collector)
{
	const char *next = collector->buffer;
	size_t left = collector->filled;
	struct pl_channel_piece piece;
	bool is_piece = true;

	while (left >= sizeof(piece)) {
		memcpy(&piece, next, sizeof(piece));
		is_piece = is_whole(&piece);
		if (!is_piece || left < sizeof(piece) + piece.length)
			break;
		take(collector, &piece, next + sizeof(piece));
		next += sizeof(piece) + piece.length;
		left -= sizeof(piece) + piece.length;
	}
	memmove(collector->buffer, next, left);
	collector->filled = left;
	return is_piece;
}

/*
 * After something that is no report, nothing in the pipe can be told apart. The pipe is closed, and
 * the processes then write their reports themselves.
 */
static void give_up(struct collector *collector)
{
	ssize_t got = (ssize_t)collector->filled;
	size_t left = PIPE_SIZE; /* do not wait for a process that writes on and on */

	say("something else than reports came through their pipe; what is in it follows");
	do {
		write_junk(collector->buffer, (size_t)got);
		left -= (size_t)got < left ? (size_t)got : left;
		got = read(collector->reader, collector->buffer, sizeof(collector->buffer));
	} while (got > 0 && left > 0);
	close(collector->reader);
	collector->reader = -1;
}

/* Returns how many bytes there were. */
static size_t read_once(struct collector *collector)
{
	ssize_t got = read(collector->reader, collector->buffer + collector->filled,
			   sizeof(collector->buffer) - collector->filled);

	if (got <= 0)
		return 0;
	collector->filled += (size_t)got;
	if (take_pieces(collector)) {
		if (many_wait(collector))
			tell_all(collector);
		return (size_t)got;
	}
	give_up(collector);
	return 0;
}

void collector_read(void *context)
{
	read_once(context);
}

void collector_end(struct collector *collector)
{
	size_t left = PIPE_SIZE; /* all that the pipe can have held when the program ended */
	size_t got;

	if (collector == NULL)
		return;
	while (left > 0 && (got = read_once(collector)) > 0)
		left -= got < left ? got : left;
	close(collector->reader);
	close(collector->writer);
	tell_all(collector);
	if (collector->namer != NULL)
		namer_free(collector->namer);
	free(collector);
}
