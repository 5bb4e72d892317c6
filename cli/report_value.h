/* SPDX-License-Identifier: MIT */
/* Values of the options of `phaselock report`. Each reads one, or says what is wrong with it. */
#ifndef CLI_REPORT_VALUE_H
#define CLI_REPORT_VALUE_H

#include "report_choice.h"

bool report_value_by(const char *name, struct report_choice *choice);
bool report_value_order(const char *name, struct report_choice *choice);
bool report_value_top(const char *text, struct report_choice *choice);
bool report_value_phase(const char *name, struct view_filter *filter);
bool report_value_pattern(const char *option, const char *pattern, const char **wanted);
bool report_value_since(const char *text, struct view_filter *filter);
bool report_value_limit(const char *option, const char *text, struct profile_limit *limit);

#endif
