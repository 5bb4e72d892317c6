/* SPDX-License-Identifier: MIT */
/*
 * Names that somebody else has chosen, of files and functions, as lib/format.h escapes them: on
 * one line, whatever is in them.
 */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include "place.h"

#include <stdio.h>

void escape_write(const char *name, FILE *out);

/*
 * Returns the name that a report has escaped, to be freed; NULL if there is no memory. What is no
 * escape stays as it is.
 */
char *escape_undo(struct slice escaped);

#endif
