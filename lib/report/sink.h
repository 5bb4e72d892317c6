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
 * are then for what it does not take. Does nothing if the path is "", or cannot be opened. From the
 * constructor.
 */
void pl_sink_use_pipe(const char *pipe_path);

/* Sends what is said from now on to stderr. While the process has one thread. */
void pl_sink_use_stderr(void);

/* Tries the file. Returns false if it cannot be opened; texts then go to stderr. */
bool pl_sink_usable(void);

/* Whether each text opens the file or the pipe that it goes to. */
bool pl_sink_opens(void);

enum pl_sink_text {
	PL_SINK_WHOLE, /* or the last piece of one */
	PL_SINK_PART,  /* it goes on: `phaselock run` puts it together again */
	PL_SINK_LAST,  /* of a process that aborts: it may wait longer for its reader */
};

/*
 * Writes a text. What the pipe does not take goes to the file, what that does not take, for want of
 * room or because it cannot be opened any more, or leads to another root, goes to stderr, and what
 * that does not take within a tenth of a second is lost; of the last text within a second. When
 * PL_OS_ADDED_MAX were added to the file, or written to stderr by this process, only the last text
 * is still written, to stderr. Stderr is told once of each.
 */
void pl_sink_write(const struct pl_text *text, enum pl_sink_text kind);

/*
 * Writes the last text of a process that aborts: the symbolizer gets it first, and what it cannot
 * name is written as it is.
 */
void pl_sink_write_named(const struct pl_text *text);

#endif
