/* SPDX-License-Identifier: MIT */
/* C++ names as one writes them. */
#ifndef CLI_DEMANGLE_H
#define CLI_DEMANGLE_H

/* A name that would be longer when it is demangled stays as it is. */
#define DEMANGLED_MAX 1024

/*
 * Returns a copy of the name, demangled if it is a mangled one, to be freed; NULL if memory ends.
 * It may run for very long, and use much stack: names can be made for that.
 */
char *demangle(const char *name);

#endif
