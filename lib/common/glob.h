/* SPDX-License-Identifier: MIT */
/*
 * Patterns as a shell has them for names. * is any text, ? any byte, [abc] [a-z] one byte of a set,
 * [!a] one byte that is not in it. A backslash makes the next character stand for itself, but \n
 * and \xHH are what lib/common/quote.h writes, so that a name can be copied from a report. A slash
 * and a leading dot are characters like any other. Pure functions: any thread, signal handlers too;
 * no heap request.
 */
#ifndef PL_GLOB_H
#define PL_GLOB_H

#include "common/base.h"

/* Returns whether every [ has its ] and every backslash a character after it. */
bool pl_glob_is_valid(const char *pattern);

/*
 * Returns whether a valid pattern matches the whole text, or exactly its first length bytes; the
 * text must have that many. Time: at most the product of the two lengths, whatever the pattern.
 */
bool pl_glob_matches(const char *pattern, const char *text);
bool pl_glob_matches_start(const char *pattern, const char *text, size_t length);

#endif
