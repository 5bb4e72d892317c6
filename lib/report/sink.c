/* SPDX-License-Identifier: MIT */
/*
 * All texts of the library go through here. It must not know what they say.
 */
#include "report/sink.h"

#include "common/channel.h"
#include "common/os.h"
#include "common/settings.h"
#include "report/symbolizer.h"

#include <stdatomic.h>
#include <string.h>

#define PATH_SIZE 1024

/* How long a text waits for room, in milliseconds. */
#define WAIT_MS 100
#define PIPE_WAIT_MS 1000 /* the command may be busy with symbols */

/*
 * Set in a child that must write to stderr, whatever the settings say: those may be read-only by
 * then. A stray write to this flag sends reports elsewhere; it changes no verdict.
 */
static bool is_detached;

/* The path of report=, or NULL for stderr. */
static const char *file(void)
{
	return is_detached ? NULL : pl_settings.report_path;
}

static const char *pipe(void)
{
	return is_detached || pl_settings.pipe[0] == '\0' ? NULL : pl_settings.pipe;
}

/*
 * The size of the file at the start plus 1, or 0 before it was opened. Written once, by any thread,
 * relaxed.
 */
static _Atomic uint64_t size_at_start;

/*
 * Whether the last text that waited found no room. The next one then does not wait: each would hold
 * up a program that goes on. Any thread writes, relaxed: nothing depends on it.
 */
static _Atomic bool pipe_is_full, stderr_is_full;

void pl_sink_use_file(const char *report_path)
{
	bool is_usable = report_path[0] != '\0' && pl_os_root(pl_settings.report_root);

	pl_settings.report_path = is_usable ? report_path : NULL;
}

/*
 * Opens the file for each report: a program may close any descriptor it finds and reuse its number.
 * After a change of root the path would lead to somebody else's file.
 */
static int open_file(uint64_t *size)
{
	char buffer[PATH_SIZE + 32];
	struct pl_text name = pl_text_in(buffer, sizeof(buffer));
	uint64_t now[2];

	if (file() == NULL || !pl_os_root(now) ||
	    memcmp(now, pl_settings.report_root, sizeof(now)) != 0)
		return -1;
	pl_text_path(&name, file(), pl_os_process_id());
	return pl_os_open_append(buffer, size);
}

/*
 * Whether this process and those that it was forked from may still add to the file. They share one
 * bound: all of them go by the size of the file.
 */
static bool is_within_bound(uint64_t size)
{
	uint64_t none = 0;

	atomic_compare_exchange_strong_explicit(&size_at_start, &none, size + 1,
						memory_order_relaxed, memory_order_relaxed);
	return size + 1 < size_at_start + PL_OS_ADDED_MAX;
}

void pl_sink_use_pipe(const char *pipe_path)
{
	size_t length = strlen(pipe_path);
	int fd;

	if (length == 0 || length >= PL_PIPE_SIZE)
		return;
	fd = pl_os_open_pipe(pipe_path, &pl_settings.pipe_id);
	if (fd < 0)
		return;
	pl_os_close(fd);
	memcpy(pl_settings.pipe, pipe_path, length + 1);
}

void pl_sink_use_stderr(void)
{
	is_detached = true;
}

bool pl_sink_usable(void)
{
	uint64_t size;
	int fd = file() != NULL && pipe() == NULL ? open_file(&size) : PL_OS_STDERR;

	if (fd < 0) {
		pl_settings.report_path = NULL;
		return false;
	}
	if (fd != PL_OS_STDERR)
		is_within_bound(size);
	if (fd != PL_OS_STDERR)
		pl_os_close(fd);
	return true;
}

bool pl_sink_opens(void)
{
	return file() != NULL || pipe() != NULL;
}

bool pl_sink_reaches_command(void)
{
	uint64_t id = pl_settings.pipe_id;
	int fd = pipe() != NULL ? pl_os_open_pipe(pl_settings.pipe, &id) : -1;

	if (fd >= 0)
		pl_os_close(fd);
	return fd >= 0 || fd == PL_OS_DENIED;
}

/* ---- writing --------------------------------------------------------------------------------- */

static uint64_t wait_ms(const _Atomic bool *is_full, uint64_t most, enum pl_sink_text kind)
{
	if (kind == PL_SINK_LAST)
		return PL_OS_LAST_WORDS_MS;
	return atomic_load_explicit(is_full, memory_order_relaxed) ? 0 : most;
}

/* Returns whether all of it was written. */
static bool put_on_stderr(const char *text, size_t length, enum pl_sink_text kind)
{
	size_t done = pl_os_write_stderr(text, length, wait_ms(&stderr_is_full, WAIT_MS, kind));

	atomic_store_explicit(&stderr_is_full, done < length, memory_order_relaxed);
	return done == length;
}

/* Says on stderr, once, that texts do not go where the user expects them. */
static void tell(_Atomic bool *is_told, const char *notice)
{
	if (!atomic_exchange_explicit(is_told, true, memory_order_relaxed))
		put_on_stderr(notice, strlen(notice), PL_SINK_WHOLE);
}

/* Returns whether all of it was written. */
static bool emit_to_stderr(const char *text, size_t length, enum pl_sink_text kind)
{
	static _Atomic uint64_t written;
	static _Atomic bool is_told;

	if (kind == PL_SINK_LAST ||
	    atomic_fetch_add_explicit(&written, length, memory_order_relaxed) < PL_OS_ADDED_MAX)
		return put_on_stderr(text, length, kind);
	tell(&is_told, "phaselock: 64 MiB were written to stderr; from now on only the report of "
		       "an abort is\n");
	return false;
}

static int open_file_or_tell(uint64_t *size)
{
	static _Atomic bool is_told;
	int fd = open_file(size);

	if (fd < 0 && file() != NULL)
		tell(&is_told, "phaselock: cannot open the file of report= any more (rights were "
			       "dropped, the root was changed, or the file replaced?); using "
			       "stderr\n");
	return fd;
}

/* Returns how much of the text need not be written elsewhere. */
static size_t emit_to_file(int fd, uint64_t size, const char *text, size_t length,
			   enum pl_sink_text kind)
{
	static _Atomic bool is_told;

	if (is_within_bound(size))
		return pl_os_write(fd, PL_OS_PLAIN, text, length, 0);
	tell(&is_told, "phaselock: 64 MiB were added to the file of report=; from now on only the "
		       "report of an abort is written, to stderr\n");
	if (kind == PL_SINK_LAST)
		return 0;
	PL_CHANNEL_COUNT(lost);
	return length;
}

/* Writes to the file, or to stderr. */
static void emit_here(const char *text, size_t length, enum pl_sink_text kind)
{
	uint64_t size = 0;
	int fd = open_file_or_tell(&size);
	size_t done = 0;

	if (fd >= 0) {
		done = emit_to_file(fd, size, text, length, kind);
		pl_os_close(fd);
	}
	if (done < length && !emit_to_stderr(text + done, length - done, kind))
		PL_CHANNEL_COUNT(lost);
}

/* Returns how long the first piece of a text is: if there are more, it ends with a line. */
static size_t piece_length(const char *text, size_t left)
{
	size_t length = PL_CHANNEL_TEXT_MAX;

	if (left <= length)
		return left;
	while (length > 0 && text[length - 1] != '\n')
		length--;
	return length > 0 ? length : PL_CHANNEL_TEXT_MAX;
}

/* Returns how much of the text went through the pipe. */
static size_t emit_to_pipe(const char *text, size_t length, enum pl_sink_text kind)
{
	struct pl_channel_piece piece = {.process = (uint32_t)pl_os_process_id()};
	uint64_t id = pl_settings.pipe_id;
	int fd = pl_os_open_pipe(pl_settings.pipe, &id);
	size_t done = 0;

	while (fd >= 0 && done < length) {
		piece.length = (uint32_t)piece_length(text + done, length - done);
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

bool pl_sink_call(uint32_t report, enum pl_sink_text kind)
{
	const struct pl_channel_piece piece = {.process = (uint32_t)pl_os_process_id(),
					       .report = report + 1};
	uint64_t id = pl_settings.pipe_id;
	int fd = pipe() != NULL ? pl_os_open_pipe(pl_settings.pipe, &id) : -1;
	bool is_written;

	if (fd < 0)
		return false;
	is_written = pl_os_write_pipe(fd, &piece, sizeof(piece), "", 0,
				      wait_ms(&pipe_is_full, PIPE_WAIT_MS, kind));
	pl_os_close(fd);
	atomic_store_explicit(&pipe_is_full, !is_written, memory_order_relaxed);
	return true;
}

void pl_sink_write(const struct pl_text *text, enum pl_sink_text kind)
{
	size_t done = pipe() != NULL ? emit_to_pipe(text->start, text->length, kind) : 0;

	if (done == text->length)
		return;
	PL_CHANNEL_COUNT(apart);
	emit_here(text->start + done, text->length - done, kind);
}

void pl_sink_line(struct pl_text *text, const char *line)
{
	if (text->capacity - text->length < strlen(line) + sizeof("\n")) {
		pl_sink_write(text, PL_SINK_WHOLE);
		*text = pl_text_in(text->start, text->capacity);
	}
	pl_text_append(text, "%s\n", line);
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
