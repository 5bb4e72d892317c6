/* SPDX-License-Identifier: MIT */
/* The command line of `phaselock report`. */
#ifndef CLI_REPORT_CHOICE_H
#define CLI_REPORT_CHOICE_H

#include "profile_budget.h"
#include "profile_screen.h"
#include "report.h"
#include "screen.h"

/* A form that a report can have; the last of the list has no name. */
struct report_form {
	const char *name;
	report_write *write; /* NULL: a screen */
	bool needs_profile;
	bool is_check; /* of violations alone, though there is a profile */
	bool is_binary;
};

struct report_choice {
	bool help;
	bool quiet;		/* of the text, the verdict alone */
	const char *of_records; /* the first option that results of tests cannot have, or NULL */
	const struct report_form *form;
	struct screen_options screen; /* of violations */
	struct profile_screen profile;
	struct report_names names;
	struct report_options options;
	struct view_filter filter;
	bool is_filtered;
	bool violations; /* alone, though there is a profile */
	const char *baseline, *new_baseline;
	bool suggest;
	const char *output; /* NULL: stdout */
	bool force;
	const char *old; /* the record to compare with; NULL */
	struct profile_budget budget;
	char **files;
};

/* Reads it. Returns false after it has said what is wrong. */
bool report_choose(int count, char **words, struct report_choice *choice);

void report_print_usage(void);

#endif
