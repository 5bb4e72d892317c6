/* SPDX-License-Identifier: MIT */
/* Entries for the file of suppressions= (docs/suppressions.md), from what a report has. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include "report.h"

/*
 * Writes an entry for each site of a report whose origins were found, equal ones once, those with
 * the most violations first. It names the origin of the site: by `function:` if the origin of the
 * request, as suppressions= has it, goes that far; else, behind a wrapper of the program's own by
 * `stack:`. The pattern is the function's name; for a C++ function one for its mangled name
 * (mangled.h), for a function without a name its library. The text is a whole file, with no more
 * entries and bytes than one may have. A comment says what had no room or no pattern. Returns false
 * if there is no memory.
 */
bool suggest_suppressions(const struct report *report, FILE *out);

#endif
