/* SPDX-License-Identifier: MIT */
/* What the assertions of tests came to, by the files that libphaselock-test writes. */
#ifndef CLI_RESULTS_H
#define CLI_RESULTS_H

#include <stdbool.h>

/*
 * Tells on stdout, in a form, what is in files of results; quiet: of the text the verdict alone.
 * Returns the status to end with, after it has said what is wrong, if something is.
 */
int results_tell(char **files, const char *form, bool quiet);

#endif
