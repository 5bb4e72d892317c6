/* SPDX-License-Identifier: MIT */
/* What the files are that a report is wanted of. */
#ifndef CLI_REPORT_INPUT_H
#define CLI_REPORT_INPUT_H

enum report_input {
	REPORT_INPUT_WRONG, /* what is wrong has been said */
	REPORT_INPUT_RECORDS,
	REPORT_INPUT_RESULTS,
};

/* Tells by how the files begin; all must be the same. The list, ended by NULL, has one at least. */
enum report_input report_input_of(char **files);

#endif
