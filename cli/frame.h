/* SPDX-License-Identifier: MIT */
/* What the names of a frame tell: whose code it is, and how its source calls the function. */
#ifndef CLI_FRAME_H
#define CLI_FRAME_H

#include "place.h"
#include "report.h"

/*
 * Whether the code asks for memory on behalf of its caller: a run-time library of C, C++ or a
 * sanitizer, or phaselock itself.
 */
bool frame_is_runtime(const struct report_frame *frame);

/*
 * Whether the code is the system's: a run-time library, or another one that was installed with the
 * system. Its own code is the program itself, and libraries that lie anywhere else.
 */
bool frame_is_of_system(const struct report_frame *frame);

/*
 * Returns the length of a function's name without what builds add to it: suffixes of clones,
 * versions of symbols, the hash of a Rust function.
 */
size_t frame_name_length(const char *function);

/* Returns the length likewise; a C++ function's name is also without return type and parameters. */
struct slice frame_short_name(const char *function);

/*
 * Writes "function (module)" on one line, whatever is in them: ?? for a function that is not known,
 * no parentheses without a module.
 */
void frame_write(const struct report_frame *frame, FILE *out);

/*
 * Compares function and module, for qsort(): 0 if the names are the same but for what builds add.
 */
int frame_compare(const struct report_frame *a, const struct report_frame *b);

/* Compares two names likewise; each may be NULL. */
int frame_compare_names(const char *a, const char *b);

#endif
