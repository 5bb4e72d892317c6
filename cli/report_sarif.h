/* SPDX-License-Identifier: MIT */
/*
 * The results of SARIF.
 */
#ifndef CLI_REPORT_SARIF_H
#define CLI_REPORT_SARIF_H

#include "report_spot.h"
#include "report_words.h"

#include <jansson.h>

/* The name for the root of the sources, which is CodeQL's too. */
#define SARIF_ROOT "%SRCROOT%"

json_t *sarif_site(const struct report *report, const struct report_site *site,
		   const struct report_options *options);

json_t *sarif_remark(const struct report *report, const struct report_remark *remark);

#endif
