/* SPDX-License-Identifier: MIT */
/*
 * The environment that a guarded program starts with.
 */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "common/base.h"

/*
 * Returns a copy of this process's environment that preloads the library and has those options,
 * that page and what hot_find() returned. It lives as long as the command. NULL if there is no
 * memory.
 */
char **environment_for(const char *library, const char *options, const char *page, const char *hot);

#endif
