/* SPDX-License-Identifier: MIT */
/*
 * The one place that all texts of the library go to, by write(2). It must not know what they say.
 */
#include "sink.h"

#include "channel.h"
#include "os.h"
#include "symbolizer.h"

#include <string.h>

#define PATH_SIZE 1024

/* Written in the constructor, read by any thread. */
static char path[PATH_SIZE];
static const char *pipe; /* NULL: there is none */
static uint64_t pipe_id;

void pl_sink_use_file(const char *report_path)
{
	strncpy(path, report_path, sizeof(path) - 1);
}

/*
 * Opened for each report: a program may close any descriptor it finds, and open its own under the
 * number.
 */
static int open_file(void)
{
	char buffer[PATH_SIZE + 32];
	struct pl_text name = pl_text_in(buffer, sizeof(buffer));

	if (path[0] == '\0')
		return -1;
	pl_text_path(&name, path, pl_os_process_id());
	return pl_os_open_append(buffer);
}

void pl_sink_use_pipe(const char *pipe_path)
{
	int fd = pl_os_open_pipe(pipe_path, &pipe_id);

	if (fd < 0)
		return;
	pl_os_close(fd);
	pipe = pipe_path;
}

void pl_sink_use_stderr(void)
{
	path[0] = '\0';
	pipe = NULL;
}

bool pl_sink_usable(void)
{
	int fd = path[0] != '\0' && pipe == NULL ? open_file() : PL_OS_STDERR;

	if (fd < 0) {
		path[0] = '\0';
		return false;
	}
	if (fd != PL_OS_STDERR)
		pl_os_close(fd);
	return true;
}

/* Writes to the file, or to stderr. */
static void emit_here(const char *text, size_t length)
{
	int fd = open_file();

	pl_os_write(fd >= 0 ? fd : PL_OS_STDERR, text, length);
	if (fd >= 0)
		pl_os_close(fd);
}

/* Returns how much of the text went through the pipe. */
static size_t emit_to_pipe(const char *text, size_t length, bool more)
{
	struct pl_channel_piece piece = {.process = (uint32_t)pl_os_process_id(),
					 .thread = (uint32_t)pl_os_thread_id()};
	int fd = pipe != NULL ? pl_os_open_pipe(pipe, &pipe_id) : -1;
	size_t done = 0;

	while (fd >= 0 && done < length) {
		size_t left = length - done;

		piece.length = (uint32_t)(left < PL_CHANNEL_TEXT_MAX ? left : PL_CHANNEL_TEXT_MAX);
		piece.more = more || piece.length < left;
		if (!pl_os_write_pipe(fd, &piece, sizeof(piece), text + done, piece.length))
			break;
		done += piece.length;
	}
	if (fd >= 0)
		pl_os_close(fd);
	return done;
}

static void emit_piece(const struct pl_text *text, bool more)
{
	size_t done = emit_to_pipe(text->start, text->length, more);

	if (done < text->length)
		emit_here(text->start + done, text->length - done);
}

void pl_sink_write(const struct pl_text *text)
{
	emit_piece(text, false);
}

void pl_sink_write_first(const struct pl_text *text)
{
	emit_piece(text, true);
}

void pl_sink_write_named(const struct pl_text *text)
{
	int fd = open_file();
	bool named = pl_symbolizer_write(text->start, text->length, fd >= 0 ? fd : PL_OS_STDERR);

	if (fd >= 0)
		pl_os_close(fd);
	if (!named)
		pl_sink_write(text);
}
