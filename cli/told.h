/* SPDX-License-Identifier: MIT */
/*
 * A report of the record as text. Nothing in it is trusted, nor in the modules that its frames lie
 * in. It must not know when it is told, or to whom.
 */
#ifndef CLI_TOLD_H
#define CLI_TOLD_H

#include "common/layout.h"
#include "namer.h"

#include <stdio.h>

/*
 * Writes a report. Its places are named by the namer; NULL: they stay as `phaselock symbolize`
 * takes them. The report is brought within its bounds.
 */
void told_write(struct pl_layout_report *report, const struct pl_layout *layout,
		struct namer *namer, FILE *out);

#endif
