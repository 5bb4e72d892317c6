/* SPDX-License-Identifier: MIT */
/* The file of profile=, for a program that runs without the command. */
#ifndef PL_PROFILE_FILE_H
#define PL_PROFILE_FILE_H

#include "common/profile_layout.h"

/*
 * Makes the file that a pattern names, and NAME.part until the process ends. Returns NULL, or in
 * words why it cannot. From the constructor.
 */
const char *pl_profile_file_make(const char *pattern, size_t length);

/* What lies in it; NULL: there is none. */
struct pl_layout *pl_profile_file_record(void);
struct pl_profile *pl_profile_file_profile(void);

/* The process that made it ends by itself: the file gets its name. */
void pl_profile_file_end(void);

#endif
