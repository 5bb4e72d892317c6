/* SPDX-License-Identifier: MIT */
/* Values of the options of `phaselock run`. Functions that return false have said what is wrong. */
#ifndef CLI_ARGUMENTS_VALUE_H
#define CLI_ARGUMENTS_VALUE_H

#include "arguments.h"
#include "common/base.h"

#define ARGUMENTS_FRAMES_VALUES "1.." PL_TEXT_OF(ARGUMENTS_FRAMES_MAX)

/* Appends key=value to the text for the library; option is the key's name for users. */
bool arguments_set_key(struct arguments *arguments, const char *option, const char *key,
		       const char *value);

bool arguments_set_frames(struct arguments *arguments, const char *value);

/* Reads the text for the library into arguments->options, and the file of suppressions= too. */
bool arguments_check(struct arguments *arguments);

#endif
