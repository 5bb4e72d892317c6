/* SPDX-License-Identifier: MIT */
/*
 * The one place that all texts of the library go to. It must not know what they say.
 */
#include "sink.h"

#include "channel.h"
#include "os.h"
#include "symbolizer.h"

#include <stdatomic.h>
#include <string.h>

#define PATH_SIZE 1024

/* How long a text waits for room, in milliseconds. */
#define WAIT_MS 100
#define PIPE_WAIT_MS 1000 /* the command may be reading symbols */

/* Written in the constructor, read by any thread. */
static char path[PATH_SIZE];
static const char *pipe; /* NULL: there is none */
static uint64_t pipe_id;

/*
 * Whether the last text that waited did so in vain: then the next one does not wait, or a program
 * that goes on would be held up by each. Any thread writes, relaxed: nothing hangs on it.
 */
static _Atomic bool pipe_is_full, stderr_is_full;

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

bool pl_sink_opens(void)
{
	return path[0] != '\0' || pipe != NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

static uint64_t wait_ms(const _Atomic bool *is_full, uint64_t most, enum pl_sink_text kind)
{
	if (kind == PL_SINK_LAST)
		return PL_OS_LAST_WORDS_MS;
	return atomic_load_explicit(is_full, memory_order_relaxed) ? 0 : most;
}

/* Returns whether all of it was written. */
static bool emit_to_stderr(const char *text, size_t length, enum pl_sink_text kind)
{
	size_t done = pl_os_write_stderr(text, length, wait_ms(&stderr_is_full, WAIT_MS, kind));

	atomic_store_explicit(&stderr_is_full, done < length, memory_order_relaxed);
	return done == length;
}

/* Writes to the file, or to stderr. */
static void emit_here(const char *text, size_t length, enum pl_sink_text kind)
{
	int fd = open_file();
	size_t done = 0;

	if (fd >= 0) {
		done = pl_os_write(fd, PL_OS_PLAIN, text, length, 0);
		pl_os_close(fd);
	}
	if (done < length && !emit_to_stderr(text + done, length - done, kind))
		PL_CHANNEL_COUNT(lost);
}

/* Returns how much of the text went through the pipe. */
static size_t emit_to_pipe(const char *text, size_t length, enum pl_sink_text kind)
{
	struct pl_channel_piece piece = {.process = (uint32_t)pl_os_process_id(),
					 .thread = (uint32_t)pl_os_thread_id()};
	int fd = pl_os_open_pipe(pipe, &pipe_id);
	size_t done = 0;

	while (fd >= 0 && done < length) {
		size_t left = length - done;

		piece.length = (uint32_t)(left < PL_CHANNEL_TEXT_MAX ? left : PL_CHANNEL_TEXT_MAX);
		piece.more = kind == PL_SINK_PART || piece.length < left;
		if (!pl_os_write_pipe(fd, &piece, sizeof(piece), text + done, piece.length,
				      wait_ms(&pipe_is_full, PIPE_WAIT_MS, kind)))
			break;
		done += piece.length;
	}
	if (fd >= 0)
		pl_os_close(fd);
	atomic_store_explicit(&pipe_is_full, done < length, memory_order_relaxed);
	return done;
}

void pl_sink_write(const struct pl_text *text, enum pl_sink_text kind)
{
	size_t done = pipe != NULL ? emit_to_pipe(text->start, text->length, kind) : 0;

	if (done == text->length)
		return;
	PL_CHANNEL_COUNT(apart);
	emit_here(text->start + done, text->length - done, kind);
}

void pl_sink_write_named(const struct pl_text *text)
{
	size_t size = 0;
	char *named = pl_symbolizer_name(text->start, text->length, &size);

	if (named == NULL) {
		pl_sink_write(text, PL_SINK_LAST);
		return;
	}
	emit_here(named, size, PL_SINK_LAST);
	pl_os_unmap(named, size);
}
