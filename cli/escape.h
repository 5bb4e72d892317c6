/* SPDX-License-Identifier: MIT */
/*
 * Names and texts that somebody else has chosen, as lib/common/quote.h lets them stand: on one
 * line, whatever is in them.
 */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include "place.h"

#include <stdio.h>

/* For a line of text. */
void escape_write(const char *name, FILE *out);

/* The same as a string, to be freed, for a writer of JSON; NULL if there is no memory. */
char *escape_copy(const char *name);

/*
 * For a cell of a table of Markdown: as code, in which nothing is markup, a link or a mention.
 * Nothing for "".
 */
void escape_write_code(const char *name, FILE *out);

/* Part of a line that should have been quoted, as that of a report. */
void escape_write_part(struct slice text, FILE *out);

/*
 * Lines that a foreign process has sent, quoted by it or not. They are written without control
 * characters, each with its end, and none begins like the command's own lines.
 */
void escape_write_lines(struct slice text, FILE *out);

/*
 * Returns the name that a report has escaped, to be freed; NULL if there is no memory. Text that is
 * no escape stays as it is.
 */
char *escape_undo(struct slice escaped);

/* The same of a string where it stands. */
void escape_undo_here(char *name);

#endif
