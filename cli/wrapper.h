/* SPDX-License-Identifier: MIT */
/* Functions that only allocate for their caller, by names that are well known. */
#ifndef CLI_WRAPPER_H
#define CLI_WRAPPER_H

#include "common/base.h"

/*
 * Returns whether the name is that of such a function: of C libraries, interpreters and servers, or
 * a template or generic of the standard libraries of C++ and Rust. False for NULL.
 */
bool wrapper_is_known(const char *function);

#endif
