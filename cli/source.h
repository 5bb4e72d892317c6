/* SPDX-License-Identifier: MIT */
/*
 * Names of source files for those who look at a repository: relative to its root, and as URIs. Pure
 * functions of the names; no file is looked at. The caller frees what they return; it is NULL if
 * there is no memory.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include <stdbool.h>

/* A path without empty parts, "." and, as far as they cancel, "..". */
char *source_clean(const char *path);

/*
 * The same relative to a folder; the path alone if the folder is NULL or the path not below it.
 */
char *source_below(const char *path, const char *root);

/* A path as a reference: relative if it is, else of the scheme "file". Any byte may be in it. */
char *source_uri(const char *path);

#endif
