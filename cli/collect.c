/* SPDX-License-Identifier: MIT */
/*
 * The reading end of the pipe of reports. It must not know what a report says.
 *
 * Puts a text of more than one piece together before anybody sees it, since the pieces of several
 * threads come mixed. So only whole texts are named and written.
 */
#define _GNU_SOURCE
#include "collect.h"

#include "annotate.h"
#include "child.h"
#include "common/channel.h"
#include "escape.h"
#include "common/os.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPE_SIZE 1048576
#define TEXT_MAX ((size_t)64 * 1024)
#define TEXT_STEP ((size_t)1024)
#define UNFINISHED_MAX ((size_t)4 * 1024 * 1024) /* bytes of memory for texts without an end */
#define PATH_SIZE (PL_OPTIONS_PATH_SIZE + 32)
#define STDERR_WAIT_MS 60000 /* for one text, if a write to stderr does not block */

/* A text whose end has not come yet. */
struct text {
	struct text *next;
	uint32_t process;
	uint32_t thread;
	size_t length;
	size_t capacity;
	char *start;
};

struct collector {
	int reader; /* -1: closed, after something came that is no report */
	int writer; /* holds the pipe open when no process does */
	char path[64];
	const char *report; /* "": stderr */
	bool report_failed;
	bool is_quiet;	  /* nothing goes to stderr */
	uint64_t written; /* bytes, of all reports */
	bool is_full;
	struct annotator *annotator; /* NULL: texts stay as they are */
	uint32_t process;	     /* the process whose text is being written */
	struct text *unfinished;     /* the oldest first */
	size_t unfinished_size;
	size_t filled;
	char buffer[16 * PL_CHANNEL_PIECE_SIZE];
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

/* The annotator passes the program's signals on while it looks something up. */
static struct annotator *new_annotator(const struct arguments *arguments)
{
	const struct namer_options options = {
		.debug_path = arguments->debug_path,
		.debuginfod = arguments->debuginfod,
		.complain = say,
		.watched = child_signals,
		.meanwhile = child_pass_signals_on,
	};

	return annotator_new(&options);
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
	collector->annotator = new_annotator(arguments);
	if (collector->annotator == NULL)
		say("no memory to name what is in the reports");
	return collector;
}

const char *collector_path(const struct collector *collector)
{
	return collector != NULL ? collector->path : "";
}

int collector_fd(const struct collector *collector)
{
	return collector != NULL ? collector->reader : -1;
}

/* ---- whole texts ----------------------------------------------------------------------------- */

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
static void write_text(void *context, const char *sent, size_t length)
{
	const struct collector *collector = context;
	char *text;
	size_t done = 0;
	int fd;

	if (!is_within_bound(context, length))
		return;
	text = quote(sent, &length);
	if (text == NULL) {
		say("no memory to write a report");
		return;
	}
	fd = open_report(context);
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

static void finish(struct collector *collector, uint32_t process, const char *text, size_t length)
{
	collector->process = process;
	if (collector->annotator == NULL) {
		write_text(collector, text, length);
		return;
	}
	annotator_feed(collector->annotator, text, length, write_text, collector);
	annotator_flush(collector->annotator, write_text, collector);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

/* Returns the link to that thread's unfinished text, or the link where to add one. */
static struct text **find(struct collector *collector, const struct pl_channel_piece *piece)
{
	struct text **link = &collector->unfinished;

	while (*link != NULL &&
	       ((*link)->process != piece->process || (*link)->thread != piece->thread))
		link = &(*link)->next;
	return link;
}

static void finish_text(struct collector *collector, struct text **link)
{
	struct text *text = *link;

	finish(collector, text->process, text->start, text->length);
	*link = text->next;
	collector->unfinished_size -= text->capacity;
	free(text->start);
	free(text);
}

/*
 * Adds a piece to the text at a link. Returns false if there is no memory for it; then the link is
 * as it was.
 */
static bool append(struct collector *collector, struct text **link,
		   const struct pl_channel_piece *piece, const char *bytes)
{
	struct text *text = *link != NULL ? *link : calloc(1, sizeof(*text));
	size_t needed, capacity;
	char *start;

	if (text == NULL)
		return false;
	needed = text->length + piece->length;
	capacity = (needed + TEXT_STEP - 1) / TEXT_STEP * TEXT_STEP;
	start = capacity > text->capacity ? realloc(text->start, capacity) : text->start;
	if (start == NULL) {
		if (*link == NULL)
			free(text);
		return false;
	}
	text->start = start;
	collector->unfinished_size += capacity - text->capacity;
	text->capacity = capacity;
	text->process = piece->process;
	text->thread = piece->thread;
	memcpy(text->start + text->length, bytes, piece->length);
	text->length = needed;
	*link = text;
	return true;
}

static void take(struct collector *collector, const struct pl_channel_piece *piece,
		 const char *bytes)
{
	struct text **link = find(collector, piece);

	if (*link != NULL && (*link)->length + piece->length > TEXT_MAX)
		finish_text(collector, link);
	link = find(collector, piece);
	if (*link == NULL && piece->more == 0) {
		finish(collector, piece->process, bytes, piece->length);
		return;
	}
	if (!append(collector, link, piece, bytes)) {
		if (*link != NULL)
			finish_text(collector, link);
		finish(collector, piece->process, bytes, piece->length);
		return;
	}
	if (piece->more == 0)
		finish_text(collector, link);
	/* If they take too much memory, the oldest are written in pieces. */
	while (collector->unfinished != NULL && collector->unfinished_size > UNFINISHED_MAX)
		finish_text(collector, &collector->unfinished);
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
		is_piece =
			piece.length > 0 && piece.length <= PL_CHANNEL_TEXT_MAX && piece.more <= 1;
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
	if (take_pieces(collector))
		return (size_t)got;
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
	while (collector->unfinished != NULL)
		finish_text(collector, &collector->unfinished);
	if (collector->annotator != NULL)
		annotator_free(collector->annotator);
	free(collector);
}
