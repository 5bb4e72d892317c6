/* SPDX-License-Identifier: MIT */
/* The profile of a report as JSON. */
#ifndef CLI_REPORT_JSON_PROFILE_H
#define CLI_REPORT_JSON_PROFILE_H

#include "profile_view.h"

/* Writes it as one value: an object. */
void report_json_write_profile(const struct profile_view *view, FILE *out);

#endif
