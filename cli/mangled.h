/* SPDX-License-Identifier: MIT */
/* Patterns for the mangled names of functions of which the demangled one is known. */
#ifndef CLI_MANGLED_H
#define CLI_MANGLED_H

#include "place.h"

#include <stdio.h>

/* Whether a function's name is not the one that its symbol has. */
bool mangled_is_needed(const char *function);

/*
 * Writes a pattern of lib/common/glob.h that matches the mangled names of a C++ or Rust function,
 * by its demangled one. It matches overloads too, and functions of the same name in namespaces of
 * which only the inner ones are the same. with_static: static functions too. Returns false, and has
 * written nothing, for lambdas, operators and what else has no identifier.
 */
bool mangled_write_pattern(const char *function, bool with_static, FILE *out);

#endif
