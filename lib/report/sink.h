/* SPDX-License-Identifier: MIT */
/*
 * Where texts go: stderr, or the file of report=, or the pipe of `phaselock run`. For every
 * function: any thread, signal handlers too; no heap request, no stdio, no lock.
 */
#ifndef PL_SINK_H
#define PL_SINK_H

#include "common/base.h"
#include "common/format.h"

/* path: "" for stderr, %p is the process id; it is not copied. From the constructor. */
void pl_sink_use_file(const char *path);

/*
 * Sends all texts through the pipe at that path, as lib/common/channel.h says; the file and stderr
 * then get only what the pipe does not take. Does nothing if the path is "" or cannot be opened.
 * From the constructor.
 */
void pl_sink_use_pipe(const char *pipe_path);

/* Sends all later texts to stderr. While the process has one thread. */
void pl_sink_use_stderr(void);

/* Tries the file. Returns false if it cannot be opened; texts then go to stderr. */
bool pl_sink_usable(void);

/* Returns whether writing a text opens a file or a pipe. */
bool pl_sink_opens(void);

/* Returns whether `phaselock run` still takes what is written. */
bool pl_sink_reaches_command(void);

enum pl_sink_text {
	PL_SINK_WHOLE,
	PL_SINK_LAST, /* the last of a process that aborts: may wait longer */
};

/*
 * Writes a text to the pipe. What the pipe does not take goes to the file. What the file does not
 * take goes to stderr: there is no room, it cannot be opened any more, or its path leads to another
 * root. What stderr does not take within a tenth of a second is lost; the last text gets a second.
 *
 * Once PL_OS_ADDED_MAX were added to the file, or written to stderr by this process, only the last
 * text is still written, to stderr. Stderr is told once of each change.
 */
void pl_sink_write(const struct pl_text *text, enum pl_sink_text kind);

/* Appends a line and a newline to a text in pieces; writes out a full buffer first. */
void pl_sink_line(struct pl_text *text, const char *line);

/*
 * Tells `phaselock run` of a report that is in the record, by its number. Returns false if there is
 * no way to the command; what waits in vain in a full pipe is found there all the same.
 */
bool pl_sink_call(uint32_t report, enum pl_sink_text kind);

/*
 * Writes the last text of a process that aborts, with the names that the symbolizer gives it, or as
 * it is if the symbolizer fails.
 */
void pl_sink_write_named(const struct pl_text *text);

#endif
