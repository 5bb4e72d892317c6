/* SPDX-License-Identifier: MIT */
/* A file that a report is written to: as a whole, or not at all. */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include "common/base.h"

#include <stdio.h>

struct outfile {
	FILE *stream;
	const char *path; /* NULL: it is stdout */
	char *part; /* which takes the place of path at the end; NULL: path is no regular file */
	bool force;
};

/*
 * Opens it; path NULL is stdout. A file that is there already is refused, but with force. Returns
 * false after it has said what is wrong.
 */
bool outfile_open(struct outfile *file, const char *path, bool force);

/* Ends it. With is_whole false, or after an error of the stream, path is what it was. */
bool outfile_close(struct outfile *file, bool is_whole);

#endif
