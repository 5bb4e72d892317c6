/* SPDX-License-Identifier: MIT */
/*
 * What the command is at, on a terminal, from the first second on: a line on stderr that changes
 * each second. By a timer and its signal, so that nothing else need be told.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

/* Begins it with what is done now; each call names the next thing. Nothing if stderr is none. */
void progress_say(const char *what);

/* Ends it, and takes the line away. Call it before the terminal is written to. */
void progress_end(void);

#endif
