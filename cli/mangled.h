/* SPDX-License-Identifier: MIT */
/* Patterns for the mangled names of functions whose demangled names are known. */
#ifndef CLI_MANGLED_H
#define CLI_MANGLED_H

#include "place.h"

#include <stdio.h>

/* Whether the name of a function is not the name of its symbol. */
bool mangled_is_needed(const char *function);

/*
 * Writes a pattern of lib/common/glob.h that matches the mangled names of a C++ or Rust function,
 * by its demangled one. It matches overloads too, and functions of the same name whose namespaces
 * are the same only in the inner parts. with_static: static functions too. For lambdas, operators
 * and whatever else has no identifier, it writes nothing and returns false.
 */
bool mangled_write_pattern(const char *function, bool with_static, FILE *out);

#endif
