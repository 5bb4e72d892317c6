/* SPDX-License-Identifier: MIT */
/*
 * Patterns as a shell has them for names: * any text, ? any byte, [abc] [a-z] [!a] one byte of a
 * set or none of it, \ before a character that is to be itself, and \n and \xHH as
 * lib/common/quote.h writes them, so that a name can be taken from a report as it stands there. A
 * slash and a leading dot are characters like any other. Pure functions: any thread, signal
 * handlers too; no heap request.
 */
#ifndef PL_GLOB_H
#define PL_GLOB_H

#include "common/base.h"

/* Returns whether every [ has its ] and every backslash a character behind it. */
bool pl_glob_is_valid(const char *pattern);

/*
 * Returns whether a valid pattern matches the whole text, or the first length bytes of it, which
 * must not be longer. Time: at most the product of the two lengths, whatever the pattern.
 */
bool pl_glob_matches(const char *pattern, const char *text);
bool pl_glob_matches_start(const char *pattern, const char *text, size_t length);

#endif
