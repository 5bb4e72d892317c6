/* SPDX-License-Identifier: MIT */
/* C++ names as one writes them. */
#ifndef CLI_DEMANGLE_H
#define CLI_DEMANGLE_H

/*
 * Returns a copy of the name, demangled if it is a mangled one, to be freed; NULL if memory ends.
 */
char *demangle(const char *name);

#endif
