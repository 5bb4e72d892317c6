/* SPDX-License-Identifier: MIT */
/* Tells run-time libraries of C and C++; for the library, the command and libphaselock-test. */
#ifndef PL_RUNTIME_H
#define PL_RUNTIME_H

#include <stdbool.h>

/*
 * Returns whether a file name, with folders or without, is that of a run-time library of C or C++:
 * its functions ask for memory on behalf of their callers. False for NULL. Pure: any thread, signal
 * handlers too; no heap request.
 */
bool pl_runtime_is_library(const char *file_name);

/* The same for the run-time library of a sanitizer, which serves requests in place of libc. */
bool pl_runtime_is_sanitizer(const char *file_name);

#endif
