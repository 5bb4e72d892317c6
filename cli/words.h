/* SPDX-License-Identifier: MIT */
/* The options of a verb: getopt_long(3), but what it would say of a wrong one is quoted. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <getopt.h>

/*
 * As getopt_long(), with ':' for a missing argument if that is asked for by the letters. Returns
 * '?' when it has said, as a verb's own message, what is wrong with an option.
 */
int words_next(const char *verb, int count, char **words, const char *letters,
	       const struct option *options, int *which);

#endif
